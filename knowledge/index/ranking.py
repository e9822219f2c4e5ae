"""Scores into an order. Pure: numbers and passages in, hits out."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.types import STAGES, Hit, Passage, StageName

# Weights of the three views of a passage, each standardised over the candidates.
_TEXT, _ASKED, _WORDS = 1.0, 1.0, 1.0
# A document is its best passage, and part of its second and third.
_SUPPORT = (1.0, 0.4, 0.2)
# In standard deviations: the roadmap's chapter for the asker's own stage, and for a stage that the question names.
_OWN_STAGE, _NAMED_STAGE = 1.5, 2.5
# What a clinic says of itself goes before what the library says of clinics.
_CLINIC = 1.0
_PASSAGES_PER_DOCUMENT = 4


@dataclass(frozen=True)
class Candidate:
    """A passage with what the searches said of it. None: this search did not return it."""

    passage: Passage
    text: float | None
    asked: float | None
    words: float
    coverage: float


def rank(candidates: Sequence[Candidate], stage: StageName | None, named: bool) -> list[Hit]:
    """Hits, best document first, and within a document its best passages first.

    stage: the stage meant; named: the question itself names it, rather than the asker's profile.
    """
    if not candidates:
        return []
    text = _standardise([candidate.text for candidate in candidates])
    asked = _standardise([candidate.asked for candidate in candidates])
    words = _standardise([candidate.words for candidate in candidates])
    hits: dict[str, list[Hit]] = {}
    for place, candidate in enumerate(candidates):
        score = _TEXT * text[place] + _ASKED * asked[place] + _WORDS * words[place]
        score += _prior(candidate.passage, stage, named)
        cosine = max((value for value in (candidate.text, candidate.asked) if value is not None), default=-1.0)
        hits.setdefault(candidate.passage.doc, []).append(Hit(candidate.passage, score, cosine, candidate.coverage))
    floor = min(hit.score for group in hits.values() for hit in group)
    strength: dict[str, float] = {}
    for doc, group in hits.items():
        group.sort(key=lambda hit: -hit.score)
        strength[doc] = sum(part * (hit.score - floor) for part, hit in zip(_SUPPORT, group, strict=False))
    order = sorted(hits, key=lambda doc: -strength[doc])
    return [replace(hit, score=strength[doc]) for doc in order for hit in hits[doc][:_PASSAGES_PER_DOCUMENT]]


def _prior(passage: Passage, stage: StageName | None, named: bool) -> float:
    if passage.kind == "clinic":
        return _CLINIC
    if stage is None or passage.kind != "roadmap" or not passage.stages:
        return 0.0
    weight = _NAMED_STAGE if named else _OWN_STAGE
    distance = abs(STAGES.index(passage.stages[0]) - STAGES.index(stage))
    return weight * (0.5 if distance == 0 else -0.5 if distance == 1 else -0.8)


def _standardise(values: Sequence[float | None]) -> list[float]:
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return [0.0 if value is None else 1.0 for value in values]
    low, mean, spread = min(known), statistics.fmean(known), statistics.pstdev(known) or 1.0
    return [((low if value is None else value) - mean) / spread for value in values]


def coverage(query: Mapping[str, float], held: frozenset[str]) -> float:
    """The share of the query's terms, weighted by rarity, that a passage holds."""
    total = sum(query.values())
    return sum(weight for term, weight in query.items() if term in held) / total if total else 0.0
