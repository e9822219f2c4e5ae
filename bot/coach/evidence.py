"""Whether what a search found holds an answer, by a rule fitted on labelled questions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.types import Hit

_TOP = 5


@dataclass(frozen=True)
class Calibration:
    """A logistic rule over features(), fitted by tests/eval/fit.py for one embedding model.

    The rule says "known" when bias + weights . features reaches 0.
    """

    model: str
    bias: float
    weights: tuple[float, ...]

    def margin(self, hits: Sequence[Hit]) -> float:
        """How far the evidence is above the line, below 0 for not enough."""
        if not hits:
            return -math.inf
        return self.bias + sum(weight * value for weight, value in zip(self.weights, features(hits), strict=True))


def features(hits: Sequence[Hit]) -> tuple[float, ...]:
    """Cosine of the first hit, best cosine, coverage by the first hit, best coverage, among the first five."""
    top = hits[:_TOP]
    return (top[0].cosine, max(hit.cosine for hit in top), top[0].coverage, max(hit.coverage for hit in top))
