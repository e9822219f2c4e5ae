"""Which questions the salary calculator takes, whom it takes them to be about, and what it leaves to search."""

import re
from collections.abc import Sequence

import pytest

from bot.coach.pay_question import PayQuestion, pay_question
from bot.coach.types import Message, Turn
from knowledge.library import Library
from knowledge.types import StageName

SALARY_GUIDES = ("guides/salary-calculator", "guides/cmaa-salary-report")


def asks(library: Library, text: str, own: StageName | None = None, before: Sequence[str] = ()) -> PayQuestion | None:
    history = tuple(Turn("user", earlier) for earlier in before)
    return pay_question(Message(text, history), own, library.stages, library.pay)


# What is asked, and what is understood: stages, state, setting, years, offer.
TAKEN: list[tuple[str, tuple[StageName, ...], str | None, str | None, float | None, float | None]] = [
    (
        "what should i be making, senior, 4 yrs, rural ohio, family practice",
        ("senior",), "Ohio", "physician-office", 4, None,
    ),
    ("is $19.50/hr fair for a lead in Texas", ("lead",), "Texas", None, None, 19.5),
    ("how much do managers make in CA", ("manager",), "California", None, None, None),
    ("they offered me 19.25/hr in georgia w 3 yrs experience, good or bad", (), "Georgia", None, 3, 19.25),
    ("is 18/hr low for 3 yrs in", (), None, None, 3, 18),
    ("how much do leads make", ("lead",), None, None, None, None),
    ("front desk salary, seniors vs managers", ("senior", "manager"), None, None, None, None),
    ("what is the pay of managers vs leads", ("manager", "lead"), None, None, None, None),
    ("whats avg hourly for a medical receptionist nationwide", ("entry",), None, None, None, None),
    ("is 45k ok for a lead role", ("lead",), None, None, None, 45000),
    ("offered 19 an hr should i take it", (), None, None, None, 19),
    ("is $18 an hr low for medical front desk", (), None, None, None, 18),
    ("office manager salary in NY hospital", ("manager",), "New York", "hospital", None, None),
    ("what does an assistant manager earn in florida", ("assistant-manager",), "Florida", None, None, None),
    ("am i underpaid, 6 yrs, senior, indiana", ("senior",), "Indiana", None, 6, None),
    ("how much should i make as a new lead in OR", ("lead",), "Oregon", None, None, None),
    ("lead pay in IN", ("lead",), "Indiana", None, None, None),
    ("what do leads make in oh?", ("lead",), "Ohio", None, None, None),
    ("what should a front desk supervisor earn", ("assistant-manager",), None, None, None, None),
    ("i'm at 16.50 an hour after 2 yrs in ohio, is that low", (), "Ohio", None, 2, 16.5),
    ("what do seniors make in Washington DC", ("senior",), "District of Columbia", None, None, None),
    ("what do seniors make in west virginia", ("senior",), "West Virginia", None, None, None),
    ("is 52,000 a year fair for an asst manager in a hospital", ("assistant-manager",), None, "hospital", None, 52000),
    ("my manager offered me 45k as a lead in NC, is that fair", ("lead",), "North Carolina", None, None, 45000),
    ("what should i pay my leads in colorado", ("lead",), "Colorado", None, None, None),
    ("so 3 yrs no raise, am i underpaid as a senior in ohio", ("senior",), "Ohio", None, 3, None),
    ("promoted from senior to lead, 21.50 an hour, is it fair", ("lead",), None, None, None, 21.5),
    ("front desk pay in oklahoma city", (), "Oklahoma", None, None, None),
    ("what do leads make in kansas city", ("lead",), None, None, None, None),
    ("what do leads make in LA", ("lead",), None, None, None, None),
    ("ten years as a senior, what should i make in TX", ("senior",), "Texas", None, 10, None),
    ("6 months in, entry level, is 17.25 ok", ("entry",), None, None, 0.5, 17.25),
    ("IS $20/HR OK FOR A LEAD IN TEXAS", ("lead",), "Texas", None, None, 20),
]  # fmt: skip


@pytest.mark.parametrize(("text", "stages", "state", "setting", "years", "offer"), TAKEN, ids=[row[0] for row in TAKEN])
def test_a_question_about_pay_is_understood(
    text: str, stages: tuple[StageName, ...], state: str | None, setting: str | None, years: float | None,
    offer: float | None, library: Library,
) -> None:  # fmt: skip
    asked = asks(library, text)
    assert asked
    assert (asked.stages, asked.state, asked.setting, asked.years) == (stages, state, setting, years)
    assert (asked.offer and asked.offer.amount) == offer


LEFT = """
he owes $40 copay 3 yrs ago
how do i ask for a raise
how do i ask for more than $19.50/hr as a lead in Texas
in or out of network
does certification raise pay
do people with the cert make more money, yes or no
how much more do certified leads make
what do i say when she cant pay her bill in ohio
patient wants to pay $25 a month
how do leads handle a patient who wont pay
who signs off when a family truly cant pay, me as number two or is there a paper for it
lead answers texts at night, do we pay
Am I underpaying my leads? There's no job code for a lead that I can find
recruiter asked "salary expectations?" and i choked. what do i say next time
boss said no raise this year. now what
just got "senior" on my badge, same pay lol. what is different now
help me set pay bands for my desk
practice manager wages by setting
divide by 45,580, did i get that right
healthcare manager salary los angeles
receptionist pay compared to cmaa
he offers $15 and the computer wont accept anything under 40
average schedulers pay in fresno zip 93701 this quarter
what did front desk earn on average in Tulsa last month
What do nurse practitioners earn at the 75th percentile, setting outpatient?
how long to become a dental hygienist and what do they pay for the program
when is our holiday closing schedule, and do we get paid
do you have something that works out pay for my town
is a $50 late fee legal in florida
20 an hr is how much a year
how much time should a lead make for huddles
what do seniors make of the new schedule
do seniors pay a copay under medicare
what should i make for the potluck, 4 yrs in a row
how much do medical assistants make in ohio
how much do plumbers make in texas
is $25 an hour fair for a nurse in ohio
is $25 an hour fair for a plumber
should i be salaried as a lead, do i keep overtime
insurance paid $80 and the patient in florida owes $40, is that right
patient makes 40k a year, does she qualify for charity care
our clinic lost $400k in ohio last year
24 hour notice for cancelling in texas
another office wants me, how would i know if they pay right
19 or 20 an hour, which is fair for $20.50/hr work
are we paid for lunch in ohio
how has front desk pay grown in ohio since 2019
i've been a lead for 3 years, what next
how do i make manager in 2 years
how much should i pay for parking at the hospital
do leads make the schedule in a hospital
is 98.60 a normal temp for a patient
is 8:30 ok for a lead huddle
who pays for scrubs at the hospital, me?
what does a manager earn respect with
the manager in our hospital is rude
""".strip().splitlines()


@pytest.mark.parametrize("text", LEFT)
def test_what_only_looks_like_it_is_left_to_search(text: str, library: Library) -> None:
    assert asks(library, text, "senior") is None


def test_of_all_phrasings_in_other_documents_hardly_any_is_taken(library: Library) -> None:
    phrasings = [
        (passage.doc, asked)
        for passage in library.passages()
        if passage.doc not in SALARY_GUIDES
        for asked in passage.asked
    ]
    taken = {asked for _, asked in phrasings if asks(library, asked, "senior")}
    assert len(phrasings) > 5000
    assert all(re.search(r"\b(make|pay|earn|hour|salary)\b", asked) for asked in taken)
    assert len(taken) <= 5, taken


FOLLOWING: list[tuple[list[str], str, StageName | None, tuple[StageName, ...], str | None, float | None]] = [
    (
        ["what is the pay of entry vs seniors", "and leads?"], "and me, 3 yrs, small town in ohio", "senior",
        ("senior",), "Ohio", 3,
    ),
    (["what is the pay of leads vs seniors"], "what about managers", "senior", ("manager",), None, None),
    (["how much does a front desk person make"], "and w 8 yrs experience in colorado?", None, (), "Colorado", 8),
    (["what should i make, senior, 4 yrs, ohio"], "and in texas?", None, ("senior",), "Texas", 4),
    (["what should i make, senior, 4 yrs, ohio"], "they offered me 20/hr, is that fair", None, ("senior",), "Ohio", 4),
    (["what should i make in ohio"], "is 20/hr ok?", "senior", ("senior",), "Ohio", None),
    (["how much do managers make in CA"], "is 20/hr ok for a lead in ohio?", None, ("lead",), "Ohio", None),
    (["how much do managers make in CA"], "what about leads?", None, ("lead",), "California", None),
]  # fmt: skip


@pytest.mark.parametrize(("before", "text", "own", "stages", "state", "years"), FOLLOWING)
def test_a_follow_up_keeps_what_was_said_before(
    before: list[str], text: str, own: StageName | None, stages: tuple[StageName, ...], state: str | None,
    years: float | None, library: Library,
) -> None:  # fmt: skip
    asked = asks(library, text, own, before)
    assert asked and (asked.stages, asked.state, asked.years) == (stages, state, years)


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (["how much do managers make in CA"], "what about parking in ohio?"),
        (["how do i collect a copay"], "and in texas?"),
        (["how much do managers make in CA", "how do i open a call"], "and in texas?"),
        ([], "and in texas?"),
    ],
)
def test_a_follow_up_to_something_else_is_left_to_search(before: list[str], text: str, library: Library) -> None:
    assert asks(library, text, None, before) is None


def test_without_a_stage_in_the_question_the_askers_own_counts(library: Library) -> None:
    text = "is 18/hr low for 3 yrs in"
    assert asks(library, text, "senior").stages == ("senior",)  # type: ignore[union-attr]
    # A manager who speaks of the front desk speaks of others.
    assert asks(library, "is $18 an hr low for medical front desk", "manager").stages == ()  # type: ignore[union-attr]
