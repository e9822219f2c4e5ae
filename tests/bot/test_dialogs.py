def test_x(coach):
    from bot.coach.types import Message, Profile

    print(coach.service.answer(Message("caller is furious about a bill"), Profile()).reply)
    print(coach.index.manifest().vectors)
