"""Whether what a search found holds an answer, by a rule fitted on labelled questions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.types import Hit, Outside, Scope

_TOP = 5
# Reasons for which somebody else must answer, whatever is written anywhere.
HANDED_OVER: tuple[Outside, ...] = ("clinical", "legal")


@dataclass(frozen=True)
class Calibration:
    """A logistic rule over features(), fitted by tests/eval/fit.py for one embedding model.

    The rule says "known" when bias + weights . features reaches 0. usual: what questions for the library usually have
    as the first feature.
    """

    model: str
    bias: float
    weights: tuple[float, ...]
    usual: float

    def margin(self, hits: Sequence[Hit], scope: Scope) -> float:
        """How far the evidence is above the line, below 0 for not enough."""
        if not hits:
            return -math.inf
        likelier, *found = features(hits, scope)
        # What the clinic's own document holds, its hours say, was learnt as a fact that nobody has.
        if hits[0].passage.kind == "clinic" and reason(scope) not in HANDED_OVER:
            likelier = max(likelier, self.usual)
        pairs = zip(self.weights, (likelier, *found), strict=True)
        return self.bias + sum(weight * value for weight, value in pairs)


def features(hits: Sequence[Hit], scope: Scope) -> tuple[float, ...]:
    """What the rule weighs.

    How much likelier the question is for the library than for the likeliest reason against it; cosine and coverage of
    the first hit, and the best of each among the first five.
    """
    top = hits[:_TOP]
    return (
        scope.inside - max(scope.outside.values(), default=scope.inside),
        top[0].cosine,
        max(hit.cosine for hit in top),
        top[0].coverage,
        max(hit.coverage for hit in top),
    )


def reason(scope: Scope) -> Outside | None:
    """The likeliest reason why the library does not answer; None when none was learnt."""
    return max(scope.outside, key=lambda kind: scope.outside[kind], default=None)
