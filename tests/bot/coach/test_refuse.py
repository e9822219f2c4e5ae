"""What the coach says when the library does not answer, by why not."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.coach.coach import Coach
from bot.coach.evidence import Calibration
from bot.coach.types import Kind, Message, Profile, Reply
from knowledge.library import Library
from knowledge.markdown import plain
from knowledge.types import Hit, Outside, Passage
from tests.bot.conftest import clinic_passage, hit, scope

GUIDE, BILL, SYMPTOMS = "guides/telephone-etiquette", "scripts/angry-about-bill", "scripts/urgent-symptoms-call"
# Known when the question is likelier for the library than for any reason against it.
LIKELY = Calibration("fake", 0.0, (1.0, 0.0, 0.0, 0.0, 0.0), 0.5)


def ask(library: Library, why: Outside | None, hits: Sequence[Hit], calibration: Calibration = LIKELY) -> Reply:
    """The reply to a question whose likeliest reason against it is this one; None for one with no reason learnt."""
    found = scope(inside=0.1, outside={why: 0.8} if why else {})
    coach = Coach(library, lambda *_: hits, lambda text: found, lambda text, stage: (), calibration)
    return coach.reply(Message("a question of any kind"), Profile())


def first(library: Library, *docs: str) -> list[Hit]:
    """The first passage of each document, in this order."""
    return [hit(next(passage for passage in library.passages() if passage.doc == doc)) for doc in docs]


@pytest.mark.parametrize(
    ("why", "kind", "sentence"),
    [
        ("clinical", "handoff", "handoff_clinical"),
        ("legal", "handoff", "handoff_legal"),
        ("fact-not-held", "unknown", "unknown_fact"),
        ("other-work", "unknown", "unknown_work"),
        ("off-topic", "decline", "decline"),
    ],
)
def test_each_reason_has_its_kind_and_its_sentence(why: Outside, kind: Kind, sentence: str, library: Library) -> None:
    reply = ask(library, why, first(library, GUIDE, BILL))
    said = getattr(library.wording, sentence).replace("{nearest}", library.guides[GUIDE].title)
    assert reply == Reply(kind, said, retrieved=(GUIDE, BILL))


def test_without_a_reason_it_is_just_not_known(library: Library) -> None:
    doubtful = replace(LIKELY, bias=-1.0)
    reply = ask(library, None, first(library, GUIDE), doubtful)
    assert reply.kind == "unknown"
    assert reply.text == library.wording.unknown.replace("{nearest}", library.guides[GUIDE].title)


@pytest.mark.parametrize("hits", [[], [hit(clinic_passage("Open at 8."))]])
@pytest.mark.parametrize("why", [None, "clinical", "legal", "fact-not-held", "other-work", "off-topic"])
def test_with_nothing_near_the_rest_of_the_sentence_is_said(
    why: Outside | None, hits: Sequence[Hit], library: Library
) -> None:
    reply = ask(library, why, hits, replace(LIKELY, bias=-9.0))
    near = ask(library, why, first(library, GUIDE), replace(LIKELY, bias=-9.0))
    assert reply.kind == near.kind
    assert reply.text and "{" not in reply.text and "nearest" not in reply.text
    assert (reply.text == library.wording.unknown_bare) == (why is None)
    assert near.text.startswith(reply.text[:40])


def test_a_clinical_question_gets_the_words_of_the_nearest_call_that_a_nurse_takes_over(library: Library) -> None:
    script = library.scripts[SYMPTOMS]
    reply = ask(library, "clinical", first(library, GUIDE, BILL, SYMPTOMS))
    assert reply.kind == "handoff"
    assert reply.text.endswith(library.wording.handoff_clinical)
    assert plain(script.short_form).split(".")[0] in reply.text
    assert " [1]\n\n" in reply.text
    (source,) = reply.sources
    assert (source.doc, source.section, source.title) == (SYMPTOMS, "Short form", script.title)
    assert source.quote in reply.text
    assert "{" not in reply.text


def test_a_call_that_is_far_down_the_list_lends_no_words(library: Library) -> None:
    others = [doc for doc in library.guides if doc != GUIDE][:5]
    reply = ask(library, "clinical", first(library, *others, SYMPTOMS))
    assert (reply.text, reply.sources) == (library.wording.handoff_clinical, ())


@pytest.mark.parametrize("why", ["clinical", "legal"])
def test_what_is_somebody_elses_is_handed_over_though_the_clinics_document_is_on_top(
    why: Outside, library: Library
) -> None:
    hits = [hit(clinic_passage("A fever is a fever from 100.4 on.")), *first(library, GUIDE)]
    reply = ask(library, why, hits)
    assert reply.kind == "handoff"
    assert "100.4" not in reply.text


def test_a_fact_that_the_clinics_own_document_holds_is_answered(library: Library) -> None:
    own: Passage = clinic_passage("The fax number of the lab is 555-0100.", "Numbers")
    reply = ask(library, "fact-not-held", [hit(own), *first(library, GUIDE)])
    assert reply.kind == "answer"
    assert "555-0100" in reply.text
    assert reply.sources[0].doc == "clinic/handbook"
    assert ask(library, "fact-not-held", [*first(library, GUIDE), hit(own)]).kind == "unknown"
