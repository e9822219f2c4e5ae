"""Dialogs in which somebody with a caller on hold wants the last answer again, but otherwise."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.coach.retell import words_in
from bot.coach.types import Message, Profile, Reply, Turn
from bot.wiring import App

BILL = "caller is furious about a bill"
PHONE = "what do i say when i pick up the phone"
MANNERS = [
    "shorter pls",
    "one sentence",
    "3 bullets for the docs",
    "say it nicer",
    "in plain words",
    "just the opening line",
]


def talk(coach: App, *texts: str) -> list[Reply]:
    """The replies to what one person types, one after the other."""
    history: tuple[Turn, ...] = ()
    replies = []
    for text in texts:
        reply = coach.service.answer(Message(text, history), Profile("entry")).reply
        history += (Turn("user", text), Turn("coach", reply.text))
        replies.append(reply)
    return replies


@pytest.mark.parametrize("asked", [BILL, PHONE, "whats a deductable", "pt late and mad"])
@pytest.mark.parametrize("wanted", MANNERS)
def test_the_last_answer_comes_again_from_the_same_document(asked: str, wanted: str, coach: App) -> None:
    before, told = talk(coach, asked, wanted)
    assert told.text != before.text
    assert (told.kind, told.retrieved, told.next_steps) == (before.kind, before.retrieved, ())
    assert told.sources[0].doc == before.sources[0].doc
    assert "[1]" in told.text


def test_shorter_and_shorter_still(coach: App) -> None:
    replies = talk(coach, BILL, "shorter", "even shorter", "shorter pls")
    counts = [words_in(reply.text) for reply in replies]
    assert counts[0] > counts[1] > counts[2] == counts[3]
    script = coach.library.scripts["scripts/angry-about-bill"]
    assert replies[1].text == f"{script.short_form} [1]"


def test_the_opening_line_is_what_is_said_first(coach: App) -> None:
    assert talk(coach, BILL, "just the opening line")[1].text.startswith(
        coach.library.scripts["scripts/angry-about-bill"].say_first
    )
    assert talk(coach, PHONE, "just the opening line")[1].text.startswith('**Say:** "Thank you for calling')


def test_pay_is_told_shorter_with_its_figures(coach: App) -> None:
    before, told = talk(coach, "is 18/hr low for 3 yrs in", "shorter")
    assert told.text.partition("**")[2].partition("**")[0] in before.text
    assert words_in(told.text) < words_in(before.text)


@pytest.mark.parametrize("before", [(), ("hey coach",), ("shorter",)])
def test_with_nothing_before_it_says_how_to_use_it(before: tuple[str, ...], coach: App) -> None:
    assert talk(coach, *before, "shorter")[-1] == Reply("help", coach.library.wording.reword_nothing)


def test_a_refusal_stays_a_refusal(coach: App) -> None:
    before, told = talk(coach, "how do i change the oil in my car", "shorter")
    assert (told.kind, told.text) == (before.kind, before.text)


def test_the_next_question_leans_on_the_question_and_not_on_the_request(coach: App) -> None:
    plainly = talk(coach, "patient disputes a no show fee", "and if she never got a reminder?")[-1]
    between = talk(coach, "patient disputes a no show fee", "shorter", "and if she never got a reminder?")[-1]
    assert between == plainly


@settings(max_examples=25)
@given(place=st.integers(0, 9_999), wanted=st.lists(st.sampled_from(MANNERS), min_size=1, max_size=3))
def test_whatever_was_asked_it_is_never_longer(place: int, wanted: list[str], coach: App) -> None:
    asked = [text for passage in coach.library.passages() for text in passage.asked]
    before, *_, told = talk(coach, asked[place % len(asked)], *wanted)
    if before.kind in ("script", "answer"):
        assert words_in(told.text) <= words_in(before.text)
        assert "[1]" in told.text
        assert {int(n) for n in re.findall(r"\[(\d)\]", told.text)} == {source.n for source in told.sources}
