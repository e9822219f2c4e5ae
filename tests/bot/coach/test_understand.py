import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.rungs import own_stage, stage_named
from bot.coach.types import Message, Profile, Turn
from bot.coach.understand import is_greeting, is_help, understand
from knowledge.library import Library
from knowledge.types import StageName

ASKED_BEFORE = (Turn("user", "caller is angry about the no show fee"), Turn("coach", "Ask what happened that day."))


@pytest.mark.parametrize("text", ["hi", "Hello!", "hey coach", "good morning", "  Howdy there  "])
def test_a_greeting_alone_is_a_greeting(text: str) -> None:
    assert is_greeting(text)


@pytest.mark.parametrize("text", ["hi, caller is angry", "his bill is wrong", "hello how do i hold a call", "", "ok"])
def test_a_greeting_before_a_question_is_no_greeting(text: str) -> None:
    assert not is_greeting(text)


@pytest.mark.parametrize("text", ["help", "HELP!", "what can you do?", "who are you", "how does this work?"])
def test_asking_what_the_coach_does_is_asking_for_help(text: str) -> None:
    assert is_help(text)


@pytest.mark.parametrize("text", ["help a caller who cries", "what can you do about no shows", "who are you calling"])
def test_a_question_with_a_subject_is_not_asking_for_help(text: str) -> None:
    assert not is_help(text)


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("how can i get to senior", "senior"),
        ("what does an office manager earn", "manager"),
        ("skills for a lead", "lead"),
        ("proof for asst manager interview", "assistant-manager"),
        ("what is the receptionist role", "entry"),
        ("path from senior to lead", "lead"),
        ("am i ready for ASSISTANT MANAGER", "assistant-manager"),
    ],
)
def test_a_stage_is_named_as_a_rung(text: str, stage: StageName, library: Library) -> None:
    assert stage_named(text, library.stages) == stage


@pytest.mark.parametrize("text", ["caller wants the manager", "the lead is out today", "how do i get to yes", ""])
def test_a_person_who_holds_a_stage_is_not_the_stage(text: str, library: Library) -> None:
    assert stage_named(text, library.stages) is None


@pytest.mark.parametrize(
    ("profile", "stage"),
    [
        (Profile("lead", "trainee"), "lead"),
        (Profile(role="trainee"), "entry"),
        (Profile(role="manager"), "manager"),
        (Profile(role="staff"), None),
        (Profile(), None),
    ],
)
def test_the_askers_stage_goes_before_their_role(profile: Profile, stage: StageName | None) -> None:
    assert own_stage(profile) == stage


def test_a_stage_in_the_question_goes_before_the_askers(library: Library) -> None:
    question = understand(Message("what proof does a lead need"), Profile("entry"), library.stages)
    assert (question.stage, question.named) == ("lead", True)


def test_a_question_that_names_no_stage_is_about_the_askers(library: Library) -> None:
    question = understand(Message("how do i put a caller on hold"), Profile("senior"), library.stages)
    assert (question.stage, question.named) == ("senior", False)


@pytest.mark.parametrize("text", ["and if she cries?", "what about the second time", "he hung up on me", "why"])
def test_a_question_that_leans_is_searched_with_the_one_before(text: str, library: Library) -> None:
    question = understand(Message(text, ASKED_BEFORE), Profile(), library.stages)
    assert question.text == f"caller is angry about the no show fee {text}"
    assert question.asked == text


def test_a_question_that_stands_alone_leaves_the_earlier_ones_behind(library: Library) -> None:
    text = "explain deductible, copay and coinsurance to a new patient"
    assert understand(Message(text, ASKED_BEFORE), Profile(), library.stages).text == text


def test_only_what_the_person_wrote_is_added(library: Library) -> None:
    message = Message("and then?", (Turn("coach", "Ask what happened that day."),))
    assert understand(message, Profile(), library.stages).text == "and then?"


@pytest.mark.parametrize("text", ["what should i do next", "next", "where do i start?", "whats my next step"])
def test_asking_for_the_next_step_searches_for_the_stage(text: str, library: Library) -> None:
    question = understand(Message(text), Profile("lead"), library.stages)
    assert question.wants_next
    assert (question.stage, question.named) == ("lead", True)
    assert library.stages["lead"].title in question.text


def test_next_with_a_subject_is_about_the_subject(library: Library) -> None:
    text = "what should i say next to a patient who disputes the late cancellation fee"
    question = understand(Message(text), Profile("lead"), library.stages)
    assert not question.wants_next
    assert question.text == text


def test_next_from_a_person_of_no_known_stage_is_searched_as_it_is(library: Library) -> None:
    question = understand(Message("what should i do next"), Profile(), library.stages)
    assert (question.wants_next, question.stage) == (False, None)


@given(text=st.text(max_size=80), before=st.lists(st.text(max_size=40), max_size=3))
def test_any_message_is_understood_with_its_words_kept(text: str, before: list[str], library: Library) -> None:
    message = Message(text, tuple(Turn("user", earlier) for earlier in before))
    question = understand(message, Profile("senior"), library.stages)
    assert question.asked == " ".join(text.split())
    assert question.text.endswith(question.asked)
    assert question.stage is not None
