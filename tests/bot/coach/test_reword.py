"""Which messages only ask for the last answer in another manner, and what they come down to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.reword import Manner, manner, settle
from bot.coach.types import Message, Turn
from knowledge.library import Library

ASKED: dict[Manner, str] = {
    Manner("short"): """
shorter
shorter pls
shoter plz
thats too wordy
tldr
even shorter
ok shorter
shorter, shes on hold
too much text
can u cut that down
give me the short version
short version pls
keep it short
quick version
summarize that
sum it up
in a nutshell
TL;DR
Shorter!!
way too long
thats a lot of words
i dont have time to read that, shorter
no, shorter
sorry too long
half that
something shorter
something i can read out, short
need it shorter to read aloud
say that again but shorter
shorter thx
super short
cut it in half
less words
fewer words pls
whats the short version
boil it down
""",
    Manner("sentence"): """
one sentence
caller waiting, one sentence
1 line
one liner pls
wordy. one line
in one breath
""",
    Manner("short", 2): """
too long, 2 lines
two sentences max
can i get that in 2 sentences
""",
    Manner("bullets", 3): """
as 3 bullets for the docs
3 bullet points for my manager
short bullets
""",
    Manner("warm"): """
say it nicer
less stiff
make it sound less robotic
softer
warmer
that sounds rude
less formal
too harsh
thats a bit cold, softer
sound more human
make it friendlier
can you make that kinder
like a normal person would say it
can you say that in a nicer way
could u make it a bit warmer pls
it sounds kinda robotic
make it sound less corporate
not so formal
nicer pls
shorter and nicer
that came off rude
that sounds mean
thats rude
sounds harsh
too formal
make this less snippy
more empathy
be nicer
kinder version
more polite
politely pls
more casual
""",
    Manner("plain"): """
in plain words
simpler
can you reword that
in plain english
dumb it down
simple words please
no jargon
rephrase
say it differently
another way to say it
word it differently
eli5
explain it simpler
can you simplify
simplify
too complicated
i need it simpler im on the phone
""",
    Manner("opening"): """
just the opening line
only the first line
just the opener
gimme the first sentence only
just the first thing i say
""",
    Manner("bullets"): """
bullet points pls
bullets
put it in bullets
as a list
bullet it
""",
    Manner("bullets", 5): """
5 bulets
""",
}

# They carry a subject of their own, say that all is well, or are about a person.
LEFT = """
how do i make my emails shorter
a nicer way to tell someone their insurance is dead
shorter lines at check in
ok but shorter and what if she hangs up
caller on hold too long
shes on hold too long
he was rude
she sounds rude
that was rude of her
coworker is rude
wait is too long
thats nice thanks
that was nice
nice
thats much nicer thanks
perfect thats shorter
the dr is cold to patients
how do i sound friendlier on the phone
how do i sound warmer
say it in spanish
in english please and he only speaks spanish
plain words for deductible
short staffed today
were short one person
copay short by 5 dollars
patient wants a shorter appointment
be nicer to the angry lady
bullets for my resume
3 bullets on prior auth
one sentence about hipaa
summarize the no show policy
tldr of hipaa
simplify check in
simpler intake form
opening line for a bill call
what do i say first
opening hours
opening checklist
closing line
can you reword our no show letter
reword my voicemail greeting
list of red flags
checklist
points on my license
too much noise at the desk
the form is too long
hold music too long
too many words on our sign
make it quick he has chest pain
one line is ringing
two lines are ringing
line 2 is on hold
lines too long
he says im rude
she said i was rude
that doctor sounds rude
is it rude to ask for id
warmer blankets for lobby
its warmer in the lobby
softer music
more human staff
why so formal
thanks
ok
help
next
what is the first step
first visit
bottom line on copays
brief the team
short huddle
quick question
i need a quick answer about copays
easier way to verify insurance
another way to verify
different way to check id
is there a better way
mean caller
rude caller
rude patient
harsh boss
she wants it in one sentence from the doctor
pt wants a list of meds
list of meds
wants a shorter wait
cut hours
trim my schedule
not so nice to my coworkers
whats a polite way to say no
one
no
say it
put it in the chart
what should i say
words
send it to the boss
""".strip().splitlines()

REQUESTS = [(text, wanted) for wanted, texts in ASKED.items() for text in texts.strip().splitlines()]


@pytest.mark.parametrize(("text", "wanted"), REQUESTS, ids=[text for text, _ in REQUESTS])
def test_a_request_for_a_manner_is_recognised(text: str, wanted: Manner) -> None:
    assert manner(text) == wanted


@pytest.mark.parametrize("text", LEFT)
def test_what_has_a_subject_of_its_own_is_a_question(text: str) -> None:
    assert manner(text) is None


@given(st.text(max_size=80))
def test_any_text_is_a_request_or_not(text: str) -> None:
    assert manner(text) == manner(text.upper())


SUBJECTS = "copay referral voicemail deductible er schedule badge fax lawyer resume".split()


@given(st.sampled_from([text for text, _ in REQUESTS]), st.sampled_from(SUBJECTS))
def test_with_a_subject_it_is_no_request(text: str, subject: str) -> None:
    assert manner(f"{text} {subject}") is None


def turns(*texts: str) -> tuple[Turn, ...]:
    return tuple(Turn(role, text) for text in texts for role in ("user", "coach"))  # type: ignore[arg-type]


def test_requests_come_down_to_the_question_before_them() -> None:
    message = Message("shorter", turns("is she late", "mad about a fee", "warmer"))
    assert settle(message) == (
        Message("mad about a fee", turns("is she late")), (Manner("warm"), Manner("short")),
    )  # fmt: skip


def test_a_question_after_requests_does_not_lean_on_them() -> None:
    asked, manners = settle(Message("and if she cries?", (Turn("user", "no show fee"), Turn("user", "shorter"))))
    assert (asked.history, manners) == ((Turn("user", "no show fee"),), ())


@pytest.mark.parametrize("history", [(), turns("shorter", "warmer"), (Turn("coach", "Good morning."),)])
def test_without_a_question_nothing_is_asked(history: tuple[Turn, ...]) -> None:
    asked, manners = settle(Message("shorter", history))
    assert not asked.text
    assert manners


def test_no_question_of_the_librarys_is_taken_for_a_request(library: Library) -> None:
    assert [text for passage in library.passages() for text in passage.asked if manner(text)] == []
