from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.steps import next_step, related_step
from knowledge.types import Hit, Passage, Stage, StageName, Step


def step(name: str, *after: str, guide: str = "telephone") -> Step:
    """A step of the entry stage; people ask for it by its name, and say "<name> done"."""
    return Step(f"entry-{name}", "entry", f"Do {name}.", "A tally.", "Ten of ten.", f"guides/{guide}", "one week",
                tuple(f"entry-{other}" for other in after), (name,), (f"{name} done",))  # fmt: skip


GREETING = step("greeting")
HOLD = step("hold", "greeting")
MESSAGES = step("messages", "hold")
LEDGER = step("ledger", guide="billing")
STAGE = Stage("entry", "Entry", "Own a desk.", (), (), (GREETING, HOLD, MESSAGES, LEDGER))


def find(text: str, stage: StageName, near: float = 0.9) -> Sequence[Hit]:
    """The steps whose name is in the text, near; the others, far."""
    hits = [
        Hit(Passage("stages/entry", s.id, ("Entry", s.id), s.do, "step"), cosine, cosine, 0.0)
        for s in STAGE.steps
        if stage == "entry" and (cosine := near if s.id.removeprefix("entry-") in text.split() else 0.1)
    ]
    return sorted(hits, key=lambda found: -found.cosine)


def suggested(question: str, done: Sequence[str] = (), documents: Sequence[str] = (), in_order: bool = False) -> str:
    found = next_step(question, STAGE, done, documents, find, in_order)
    return found.id.removeprefix("entry-") if found else "none"


def test_the_step_nearest_to_the_question_is_suggested() -> None:
    assert suggested("better messages please") == "messages"


def test_a_question_about_no_step_gets_the_first() -> None:
    assert suggested("is there parking") == "greeting"


def test_a_question_about_no_step_gets_one_behind_the_answer() -> None:
    assert suggested("is there parking", documents=["guides/billing"]) == "ledger"


def test_asking_in_order_gets_the_first_open_step_whatever_the_words_are_near_to() -> None:
    assert suggested("next messages", documents=["guides/billing"], in_order=True) == "greeting"
    assert suggested("next messages", ["greeting done"], ["guides/billing"], in_order=True) == "hold"


def test_what_must_come_before_comes_before_when_it_is_known_what_is_done() -> None:
    assert suggested("messages", ["greeting done"]) == "hold"


def test_a_done_step_counts_what_came_before_it_as_done() -> None:
    assert suggested("is there parking", ["messages done"]) == "ledger"


def test_a_step_of_an_earlier_stage_counts_as_done() -> None:
    promoted = Stage("entry", "Entry", "", (), (), (step("hold", "trained-elsewhere"),))
    found = next_step("hold", promoted, ["greeting done"], (), find)
    assert found is not None
    assert found.id == "entry-hold"


@pytest.mark.parametrize("cosine", [0.0, 0.3, 0.5])
def test_something_merely_like_a_step_does_not_finish_it(cosine: float) -> None:
    found = next_step("", STAGE, ["greeting done"], (), lambda text, stage: find(text, stage, cosine), in_order=True)
    assert found == GREETING


def test_all_done_leaves_nothing_to_suggest() -> None:
    assert suggested("greeting", ["messages done", "ledger done"]) == "none"


@given(
    question=st.sampled_from(["greeting", "hold", "messages", "ledger", "parking"]),
    done=st.sets(st.sampled_from(STAGE.steps)),
    documents=st.lists(st.sampled_from(["guides/telephone", "guides/billing", "roadmap/faq"]), max_size=3),
    in_order=st.booleans(),
)
def test_a_done_step_is_never_suggested_again(
    question: str, done: set[Step], documents: list[str], in_order: bool
) -> None:
    found = next_step(question, STAGE, [s.done_as[0] for s in done], documents, find, in_order)
    assert found not in done
    assert (found is None) == ({MESSAGES, LEDGER} <= done)


def test_with_a_script_only_a_step_on_its_guides_and_its_subject_is_suggested() -> None:
    def related(question: str, *guides: str, done: Sequence[str] = ()) -> str | None:
        found = related_step(question, STAGE, done, guides, find)
        return found.id if found else None

    assert related("messages", "guides/telephone") == "entry-messages"
    assert related("messages", "guides/billing") is None
    assert related("she is crying", "guides/telephone") is None
    assert related("messages", "guides/telephone", done=["messages done"]) is None
