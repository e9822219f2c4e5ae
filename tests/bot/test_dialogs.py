"""What people type, and what the coach answers from: real content, the real model, a real index."""

import sys
from pathlib import Path
from typing import Any

import pytest

from bot.coach.types import Message, Profile, Reply, Turn
from bot.wiring import App, build
from knowledge.index.search import Index
from knowledge.settings import load_settings
from knowledge.types import StageName

# Who asks, what they type, and the document that the answer must come from, or else the kind of the reply.
DIALOGS: list[tuple[StageName | None, str, str]] = [
    ("entry", "caller is furious about a bill", "scripts/angry-about-bill"),
    ("entry", "pt yelling about a statment she got in the mail", "scripts/angry-about-bill"),
    (None, "says she shouldnt owe anything and is screaming at me", "scripts/angry-about-bill"),
    ("entry", "patient came 20 min late, dr wont see him", "scripts/late-arrival"),
    (None, "pt late and mad", "scripts/late-arrival"),
    ("entry", "caller wont give me her date of birth", "scripts/refuses-identity-check"),
    (None, "he refuses to tell me his dob", "scripts/refuses-identity-check"),
    ("entry", "woman on the phone says her chest hurts", "scripts/urgent-symptoms-call"),
    (None, "cant breathe caller what do i do", "scripts/urgent-symptoms-call"),
    ("senior", "wants the no show charge removed", "scripts/no-show-fee"),
    (None, "missed appt fee, says never got a reminder", "scripts/no-show-fee"),
    ("entry", "insurance came back inactive at check in", "scripts/inactive-insurance"),
    (None, "insurance termed, pt already in the lobby", "scripts/inactive-insurance"),
    ("entry", "what do i say when i pick up the phone", "guides/telephone-etiquette"),
    ("entry", "im scared of anwsering calls", "guides/telephone-etiquette"),
    ("senior", "how do i put someone on hold nicely", "guides/telephone-etiquette"),
    ("entry", "whats a deductable", "guides/medical-billing-explained"),
    (None, "copay vs coinsurance", "guides/medical-billing-explained"),
    ("senior", "rooms are empty but the lobby is packed", "guides/patient-flow-management"),
    ("lead", "two coworkers are not speaking to each other", "guides/conflict-resolution"),
    ("senior", "is 18/hr low for 3 yrs in", "guides/salary-calculator"),
    ("lead", "how much do managers make in CA", "guides/cmaa-salary-report"),
    ("senior", "what proof shows im a good senior", "roadmap/senior"),
    ("manager", "which numbers should i watch as office manager", "roadmap/manager"),
    (None, "do i need a degree to become a manager", "roadmap/faq"),
    (None, "how do i change the oil in my car", "unknown"),
    (None, "best pizza in chicago", "decline"),
    (None, "hey coach", "help"),
]

# A clinic's own roadmap, as an office writes one: a title, numbered headings, long paragraphs, no Markdown.
ROADMAP = """\
Harbor Street Clinic: How We Grow Our Front Desk
Every title at our clinic is earned with finished work that others can see. This page says what we look for.
1. Front Desk Associate: Own Your Window
New colleagues start at window two. Keep a tally of your corrected registrations, and bring it to your monthly talk.
2. Shift Lead: Keep The Room Moving
A shift lead opens the lobby board at 7:30 and closes it at noon. We ask for two months of wait times before we talk.
3. Office Manager: Bring Your Binder
To your office manager interview at Harbor Street, bring the blue binder: three months of denial counts, one policy you
rewrote, and a letter from a provider you worked with. The owner reads the binder before you sit down.
4. Questions Our Staff Ask
Parking is behind the bakery. Badges are made by the records desk on Tuesdays.
"""


def says(coach: App, text: str, stage: StageName | None = None, *before: str) -> Reply:
    message = Message(text, tuple(Turn("user", earlier) for earlier in before))
    return coach.service.answer(message, Profile(stage)).reply


def documents(reply: Reply) -> list[str]:
    return [source.doc for source in reply.sources]


@pytest.mark.parametrize(("stage", "text", "expected"), DIALOGS, ids=[text for _, text, _ in DIALOGS])
def test_the_coach_answers_from_the_right_document(
    stage: StageName | None, text: str, expected: str, coach: App
) -> None:
    reply = says(coach, text, stage)
    if "/" in expected:
        assert expected in documents(reply)
        assert reply.kind == ("script" if expected.startswith("scripts/") else "answer")
    else:
        assert (reply.kind, documents(reply)) == (expected, [])


def test_a_second_question_leans_on_the_first(coach: App) -> None:
    first = "patient disputes a no show fee"
    assert documents(says(coach, "and if she never got a reminder?", None, first)) == ["scripts/no-show-fee"]


def test_the_same_question_leads_to_another_step_at_another_stage(coach: App) -> None:
    stages: tuple[StageName, ...] = ("entry", "senior", "lead", "assistant-manager", "manager")
    steps = [says(coach, "how can I listen better", stage).next_steps for stage in stages]
    assert [step.stage for (step,) in steps] == list(stages)


def test_what_the_person_has_done_is_not_suggested_again(coach: App) -> None:
    message = Message("my calls go badly, what should i practise")
    (step,) = coach.service.answer(message, Profile("entry")).reply.next_steps
    done = Profile("entry", done=(step.done_as[0],))
    assert step not in coach.service.answer(message, done).reply.next_steps


def test_next_walks_through_the_steps_of_a_stage(coach: App) -> None:
    reply = says(coach, "what should i do next", "lead")
    assert reply.next_steps == coach.library.stages["lead"].steps[:1]


def test_a_clinics_own_roadmap_is_cited_by_its_section(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = at_home / "harbor-street.txt"
    document.write_text(ROADMAP, encoding="utf-8")
    assert run_ingest(document, monkeypatch) in (0, None)
    coach = build(load_settings())
    try:
        reply = says(coach, "what should I bring to an office manager interview?")
        assert "clinic/harbor-street" in documents(reply)
        (source,) = [source for source in reply.sources if source.doc == "clinic/harbor-street"]
        assert source.section == "3. Office Manager: Bring Your Binder"
        assert source.title == "Harbor Street Clinic: How We Grow Our Front Desk"
        assert "blue binder" in reply.text
    finally:
        coach.index.close()


def test_an_index_still_serves_after_it_was_read_and_closed(at_home: Path, coach: App) -> None:
    for _ in range(2):
        index = Index(load_settings().index_dir, coach.embedder)
        try:
            assert index.search("caller is furious about a bill")
        finally:
            index.close()


def run_ingest(document: Path, patch: pytest.MonkeyPatch) -> Any:
    """python -m ingest DOCUMENT, in this process, which has the model already; its exit status."""
    from ingest.__main__ import app

    patch.setattr(sys, "argv", ["ingest", str(document)])
    with pytest.raises(SystemExit) as end:
        app()
    return end.value.code
