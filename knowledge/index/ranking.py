"""Scores into an order. Pure: numbers and passages in, hits out."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.types import STAGES, Hit, Passage, StageName

# Of a passage, each view standardised over the candidates: its text and ways to ask for it by meaning, and its words.
_TEXT, _ASKED, _WORDS = 1.0, 1.0, 1.0
# Of a document, standardised over the documents: its passages' texts and phrasings by meaning, its best phrasing and
# all of it by words. Fitted on the labelled questions in tests/eval.
_TEXTS, _PHRASINGS, _PHRASING_WORDS, _ALL_WORDS = 0.6, 1.0, 0.4, 0.4
# How much the best, second, ... count: several passages or phrasings that agree are worth more than one.
_OF_TEXTS = (1.0, 0.4, 0.2)
_OF_PHRASINGS = (1.0, 0.7, 0.5, 0.35, 0.25)
# In standard deviations, for the roadmap's chapter of the stage meant, of a stage next to it, and of one further off:
# the same skills recur at every stage, so the chapter of the wrong stage is the likeliest error.
_OWN_STAGE = (0.4, -1.0, -1.5)
_NAMED_STAGE = (1.0, -1.2, -2.0)
# What a clinic says of itself goes before what the library says of clinics.
_CLINIC = 0.8
# A passage whose heading is the question.
_TITLED = 2.0
_PASSAGES_PER_DOCUMENT = 4


@dataclass(frozen=True)
class Candidate:
    """A passage with what the searches said of it. None: this search did not return it.

    titled: the question is its heading, as when someone asks for a term by name.
    """

    passage: Passage
    text: float | None
    asked: float | None
    words: float
    coverage: float
    titled: bool = False


@dataclass(frozen=True)
class DocumentEvidence:
    """What the searches said of a document as a whole.

    phrasings: cosines of the ways to ask for it that were found, best first. phrasing_words: BM25 of the best of its
    phrasings. all_words: BM25 of all its words at once.
    """

    phrasings: tuple[float, ...]
    phrasing_words: float
    all_words: float


def rank(
    candidates: Sequence[Candidate], documents: Mapping[str, DocumentEvidence], stage: StageName | None, named: bool
) -> list[Hit]:
    """Hits, best document first, and within a document its best passages first.

    documents: for every document among the candidates. stage: the stage meant; named: the question itself names it,
    rather than the asker's profile.
    """
    if not candidates:
        return []
    text = _standardise([candidate.text for candidate in candidates])
    asked = _standardise([candidate.asked for candidate in candidates])
    words = _standardise([candidate.words for candidate in candidates])
    hits: dict[str, list[Hit]] = {}
    for place, candidate in enumerate(candidates):
        score = _TEXT * text[place] + _ASKED * asked[place] + _WORDS * words[place] + _TITLED * candidate.titled
        cosine = max((value for value in (candidate.text, candidate.asked) if value is not None), default=-1.0)
        hits.setdefault(candidate.passage.doc, []).append(Hit(candidate.passage, score, cosine, candidate.coverage))
    for group in hits.values():
        group.sort(key=lambda hit: -hit.score)
    strength = _strengths(candidates, documents)
    for candidate in candidates:
        if candidate.titled:
            strength[candidate.passage.doc] += _TITLED
    for doc, group in hits.items():
        strength[doc] += _prior(group[0].passage, stage, named)
    floor = min(strength.values())
    order = sorted(hits, key=lambda doc: -strength[doc])
    return [replace(hit, score=strength[doc] - floor) for doc in order for hit in hits[doc][:_PASSAGES_PER_DOCUMENT]]


def _strengths(candidates: Sequence[Candidate], documents: Mapping[str, DocumentEvidence]) -> dict[str, float]:
    texts: dict[str, list[float]] = {doc: [] for doc in documents}
    for candidate in candidates:
        if candidate.text is not None:
            texts[candidate.passage.doc].append(candidate.text)
    views = (
        (_TEXTS, _weighted([sorted(cosines, reverse=True) for cosines in texts.values()], _OF_TEXTS)),
        (_PHRASINGS, _weighted([evidence.phrasings for evidence in documents.values()], _OF_PHRASINGS)),
        (_PHRASING_WORDS, [evidence.phrasing_words for evidence in documents.values()]),
        (_ALL_WORDS, [evidence.all_words for evidence in documents.values()]),
    )
    totals = [0.0] * len(documents)
    for weight, values in views:
        totals = [total + weight * value for total, value in zip(totals, _standardise(values), strict=True)]
    return dict(zip(documents, totals, strict=True))


def _weighted(groups: Sequence[Sequence[float]], weights: Sequence[float]) -> list[float]:
    # What was not found is no better than the worst that was.
    floor = min((value for group in groups for value in group), default=0.0)
    padded = ([*group[: len(weights)], *[floor] * (len(weights) - len(group))] for group in groups)
    return [sum(weight * value for weight, value in zip(weights, group, strict=True)) for group in padded]


def _prior(passage: Passage, stage: StageName | None, named: bool) -> float:
    if passage.kind == "clinic":
        return _CLINIC
    if stage is None or passage.kind != "roadmap" or not passage.stages:
        return 0.0
    distance = abs(STAGES.index(passage.stages[0]) - STAGES.index(stage))
    return (_NAMED_STAGE if named else _OWN_STAGE)[min(distance, 2)]


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
