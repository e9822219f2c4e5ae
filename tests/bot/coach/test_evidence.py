import math

from hypothesis import given
from hypothesis import strategies as st

from bot.coach.evidence import Calibration, features
from knowledge.types import Hit
from tests.bot.conftest import clinic_passage, hit

RULE = Calibration("fake", -1.0, (0.5, 1.0, 0.5, 1.0))
STRENGTHS = st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 1)), min_size=1, max_size=8)


def found(*strengths: tuple[float, float]) -> list[Hit]:
    """Hits with these cosines and coverages, best first."""
    return [hit(clinic_passage("Open at 8."), cosine=cosine, coverage=coverage) for cosine, coverage in strengths]


def test_nothing_found_is_never_enough() -> None:
    assert Calibration("fake", 1000.0, (0.0, 0.0, 0.0, 0.0)).margin([]) == -math.inf


def test_evidence_is_the_first_hit_and_the_best_of_the_first_five() -> None:
    hits = found((0.5, 0.2), (0.7, 0.1), (0.1, 0.9), (0.0, 0.0), (0.0, 0.0), (1.0, 1.0))
    assert features(hits) == (0.5, 0.7, 0.2, 0.9)


def test_the_line_is_at_zero() -> None:
    rule = Calibration("fake", -0.5, (0.0, 0.0, 1.0, 0.0))
    assert rule.margin(found((0.0, 0.5))) == 0
    assert rule.margin(found((0.0, 0.4))) < 0 < rule.margin(found((0.0, 0.6)))


@given(STRENGTHS)
def test_better_evidence_never_lowers_the_margin(strengths: list[tuple[float, float]]) -> None:
    better = [(min(1, cosine + 0.1), min(1, coverage + 0.1)) for cosine, coverage in strengths]
    assert RULE.margin(found(*better)) >= RULE.margin(found(*strengths)) - 1e-9


@given(STRENGTHS)
def test_a_rule_for_words_alone_is_deaf_to_the_model(strengths: list[tuple[float, float]]) -> None:
    rule = Calibration("words", -1.0, (0.0, 0.0, 1.0, 1.0))
    other_model = [(0.0, coverage) for _, coverage in strengths]
    assert rule.margin(found(*strengths)) == rule.margin(found(*other_model))
