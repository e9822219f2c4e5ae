import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.evidence import Calibration, features, reason
from knowledge.types import Hit, Outside, Passage, Scope
from tests.bot.conftest import clinic_passage, hit, scope

RULE = Calibration("fake", -1.0, (1.0, 0.5, 1.0, 0.5, 1.0), 1.0)
STRENGTHS = st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 1)), min_size=1, max_size=8)
LIKELIHOODS = st.floats(-1, 2)
BOOK = Passage("guides/x", "a", ("X",), "Open at 8.", "guide")


def found(*strengths: tuple[float, float]) -> list[Hit]:
    """Hits with these cosines and coverages, best first."""
    return [hit(BOOK, cosine=cosine, coverage=coverage) for cosine, coverage in strengths]


def against(why: Outside, likely: float = 0.9) -> Scope:
    """The scope of a question that is most likely outside for a reason."""
    return scope(inside=0.1, outside={"off-topic": 0.0, why: likely})


def test_nothing_found_is_never_enough() -> None:
    assert Calibration("fake", 1000.0, (0.0,) * 5, 1.0).margin([], scope()) == -math.inf


def test_evidence_is_the_scope_the_first_hit_and_the_best_of_the_first_five() -> None:
    hits = found((0.5, 0.2), (0.7, 0.1), (0.1, 0.9), (0.0, 0.0), (0.0, 0.0), (1.0, 1.0))
    wanted = scope(inside=0.75, outside={"legal": 0.25, "off-topic": -0.5})
    assert features(hits, wanted) == (0.5, 0.5, 0.7, 0.2, 0.9)


def test_without_reasons_against_it_a_question_is_as_likely_as_not() -> None:
    assert features(found((0.5, 0.5)), scope(inside=0.4))[0] == 0
    assert reason(scope(inside=0.4)) is None


def test_the_likeliest_reason_is_the_reason() -> None:
    assert reason(scope(outside={"legal": 0.2, "clinical": 0.3, "off-topic": -1.0})) == "clinical"


def test_the_line_is_at_zero() -> None:
    rule = Calibration("fake", -0.5, (0.0, 0.0, 0.0, 1.0, 0.0), 1.0)
    assert rule.margin(found((0.0, 0.5)), scope()) == 0
    assert rule.margin(found((0.0, 0.4)), scope()) < 0 < rule.margin(found((0.0, 0.6)), scope())


@pytest.mark.parametrize("why", ["fact-not-held", "other-work", "off-topic"])
def test_a_document_of_the_clinics_own_may_hold_what_no_library_does(why: Outside) -> None:
    rule = Calibration("fake", -1.0, (1.0, 0.0, 0.0, 1.0, 0.0), 0.8)
    own, book = hit(clinic_passage("Open at 8.")), hit(BOOK)
    assert rule.margin([own, book], against(why)) >= 0 > rule.margin([book, own], against(why))


@pytest.mark.parametrize("why", ["clinical", "legal"])
def test_what_somebody_else_must_answer_stays_theirs_whatever_the_clinic_wrote(why: Outside) -> None:
    rule = Calibration("fake", -1.0, (1.0, 0.0, 0.0, 1.0, 0.0), 0.8)
    own = [hit(clinic_passage("Open at 8."))]
    assert rule.margin(own, against(why)) == rule.margin([hit(BOOK)], against(why)) < 0


@given(STRENGTHS, LIKELIHOODS)
def test_better_evidence_never_lowers_the_margin(strengths: list[tuple[float, float]], inside: float) -> None:
    better = [(min(1, cosine + 0.1), min(1, coverage + 0.1)) for cosine, coverage in strengths]
    one, likelier = (scope(inside=value, outside={"legal": 0.3}) for value in (inside, inside + 0.1))
    margin = RULE.margin(found(*strengths), one)
    assert RULE.margin(found(*better), one) >= margin - 1e-9
    assert RULE.margin(found(*strengths), likelier) >= margin - 1e-9


@given(STRENGTHS)
def test_a_rule_for_words_alone_is_deaf_to_the_model(strengths: list[tuple[float, float]]) -> None:
    rule = Calibration("words", -1.0, (1.0, 0.0, 0.0, 1.0, 1.0), 1.0)
    other_model = [(0.0, coverage) for _, coverage in strengths]
    assert rule.margin(found(*strengths), scope()) == rule.margin(found(*other_model), scope())
