"""Scores into an order. Pure: numbers and passages in, hits out."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.types import STAGES, Hit, Passage, StageName

_PASSAGES_PER_DOCUMENT = 4


@dataclass(frozen=True)
class Weights:
    """What each view of a document counts, in standard deviations over the documents found.

    texts, phrasings: its passages' texts and the ways to ask for it, by meaning; of_texts, of_phrasings: what the best
    of them, the second, ... count, since several that agree are worth more than one. phrasing_words, all_words: its
    best phrasing and all of it, by words. recognised: the recogniser's score. titled: a passage whose heading is the
    question. clinic: what a clinic says of itself goes before what the library says of clinics. own_stage, named_stage:
    for the roadmap's chapter of the stage meant, of a stage next to it, and of one further off, when the stage is the
    asker's and when the question names it; own_share, named_share: how much of what the best chapter has on it the
    chapter of the stage meant gets, too, since the same is asked at every stage.
    The defaults were chosen by a search over tests/eval/fitting.jsonl and retrieval.jsonl that found the optimum flat;
    make eval shows what each is worth.
    """

    texts: float = 0.4
    phrasings: float = 0.9
    phrasing_words: float = 0.6
    all_words: float = 0.6
    recognised: float = 1.0
    of_texts: tuple[float, ...] = (1.0, 0.4, 0.2)
    of_phrasings: tuple[float, ...] = (1.0, 0.7, 0.5, 0.35, 0.25)
    titled: float = 2.0
    clinic: float = 0.8
    own_stage: tuple[float, float, float] = (0.4, -1.0, -1.5)
    named_stage: tuple[float, float, float] = (0.3, -1.2, -2.0)
    own_share: float = 0.5
    named_share: float = 0.7


FITTED = Weights()


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
    phrasings. all_words: BM25 of all its words at once. recognised: the recogniser's score, None for a document that it
    has not learnt, such as a clinic's own.
    """

    phrasings: tuple[float, ...]
    phrasing_words: float
    all_words: float
    recognised: float | None


def rank(
    candidates: Sequence[Candidate],
    documents: Mapping[str, DocumentEvidence],
    stage: StageName | None,
    named: bool,
    weights: Weights = FITTED,
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
        score = text[place] + asked[place] + words[place] + weights.titled * candidate.titled
        cosine = max((value for value in (candidate.text, candidate.asked) if value is not None), default=-1.0)
        hits.setdefault(candidate.passage.doc, []).append(Hit(candidate.passage, score, cosine, candidate.coverage))
    for group in hits.values():
        group.sort(key=lambda hit: -hit.score)
    strength = _strengths(candidates, documents, weights)
    for candidate in candidates:
        if candidate.titled:
            strength[candidate.passage.doc] += weights.titled
    chapters = {
        doc: group[0].passage.stages[0] for doc, group in hits.items()
        if group[0].passage.kind == "roadmap" and group[0].passage.stages
    }  # fmt: skip
    # What is asked of the wrong stage's chapter is meant for the right one.
    best = max((strength[doc] for doc in chapters), default=0.0)
    for doc, own in chapters.items():
        if own == stage:
            strength[doc] += (weights.named_share if named else weights.own_share) * (best - strength[doc])
    for doc, group in hits.items():
        strength[doc] += _prior(group[0].passage, stage, named, weights)
    floor = min(strength.values())
    order = sorted(hits, key=lambda doc: -strength[doc])
    return [replace(hit, score=strength[doc] - floor) for doc in order for hit in hits[doc][:_PASSAGES_PER_DOCUMENT]]


def _strengths(
    candidates: Sequence[Candidate], documents: Mapping[str, DocumentEvidence], weights: Weights
) -> dict[str, float]:
    texts: dict[str, list[float]] = {doc: [] for doc in documents}
    for candidate in candidates:
        if candidate.text is not None:
            texts[candidate.passage.doc].append(candidate.text)
    views = (
        (weights.texts, _weighted([sorted(cosines, reverse=True) for cosines in texts.values()], weights.of_texts)),
        (weights.phrasings, _weighted([evidence.phrasings for evidence in documents.values()], weights.of_phrasings)),
        (weights.phrasing_words, [evidence.phrasing_words for evidence in documents.values()]),
        (weights.all_words, [evidence.all_words for evidence in documents.values()]),
    )
    totals = [0.0] * len(documents)
    for weight, values in views:
        totals = [total + weight * value for total, value in zip(totals, _standardise(values), strict=True)]
    recognised = [evidence.recognised for evidence in documents.values()]
    # A document that was never learnt is judged by the other views, as if they were all there is.
    alone = 1.0 + weights.recognised / (sum(weight for weight, _ in views) or 1.0)
    totals = [
        total * alone if learnt is None else total + weights.recognised * value
        for total, learnt, value in zip(totals, recognised, _standardise(recognised), strict=True)
    ]
    return dict(zip(documents, totals, strict=True))


def _weighted(groups: Sequence[Sequence[float]], weights: Sequence[float]) -> list[float]:
    # What was not found is no better than the worst that was.
    floor = min((value for group in groups for value in group), default=0.0)
    padded = ([*group[: len(weights)], *[floor] * (len(weights) - len(group))] for group in groups)
    return [sum(weight * value for weight, value in zip(weights, group, strict=True)) for group in padded]


def _prior(passage: Passage, stage: StageName | None, named: bool, weights: Weights) -> float:
    if passage.kind == "clinic":
        return weights.clinic
    if stage is None or passage.kind != "roadmap" or not passage.stages:
        return 0.0
    distance = abs(STAGES.index(passage.stages[0]) - STAGES.index(stage))
    return (weights.named_stage if named else weights.own_stage)[min(distance, 2)]


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
