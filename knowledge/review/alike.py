"""Texts that say the same, and phrasings that two places claim."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from knowledge.library import Library
from knowledge.markdown import plain
from knowledge.review.places import at_passage, at_step
from knowledge.words import folded

# Two texts are taken for one when the shorter shares this much of its runs of three words with the longer. Parts of
# scripts come up to 0.56, where two calls hand a symptom over in the same safe words; sections of guides to 0.45.
SHARE = 0.6
# A text below this is a stock sentence, and may well stand in two places.
FEWEST_WORDS = 20
_RUN = 3
# One clinic checks identity in one way: the same words in every script are right.
_STOCK = "Check identity"


def check_alike(library: Library, huddles: Mapping[str, str]) -> Iterator[str]:
    """A finding for each pair of texts that say the same, and for each phrasing or question with two owners.

    huddles: the place of each huddle, by its id.
    """
    sections = [
        # A script says the same thing in its parts, its turns and its short form, and is meant to.
        (at_passage(passage), passage.doc if passage.kind == "script" else passage.id, passage.text)
        for passage in library.passages() if passage.section != _STOCK
    ]  # fmt: skip
    prompts = [
        (huddles[huddle.id], huddle.id, f"{huddle.opening} {huddle.question} {huddle.drill}")
        for huddle in library.huddles
    ]
    steps = [(at_step(step), step.id, f"{step.do} {step.proof}") for step in library.steps()]
    for texts in (sections, prompts, steps):
        for first, second, share in alike(texts):
            yield f"{second}: {share:.0%} of it says the same as {first}; merge the two, or say what only this one can"
    owners: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for passage in library.passages():
        for phrase in passage.asked:
            owners[folded(phrase)].append((at_passage(passage), phrase))
    yield from _claimed_twice(owners.values())
    yield from _asked_elsewhere(library)
    owners = defaultdict(list)
    for step in library.steps():
        for phrase in step.asked:
            owners[folded(phrase)].append((at_step(step), phrase))
    yield from _claimed_twice(owners.values())


def _asked_elsewhere(library: Library) -> Iterator[str]:
    owners = {folded(phrase): passage for passage in library.passages() for phrase in passage.asked}
    for heading, questions in (*library.examples.answered.items(), *library.examples.outside.items()):
        for question in questions:
            passage = owners.get(folded(question))
            if passage and passage.doc != heading:
                yield (
                    f'questions: {heading}: "{question}" is a way to ask for {at_passage(passage)}, too; '
                    "leave it to the one that answers it"
                )


def alike(texts: Sequence[tuple[str, str, str]]) -> list[tuple[str, str, float]]:
    """The places of each two texts of different owners that say the same, and the share of the shorter that does.

    texts: place, owner and text of each.
    """
    runs = [(place, owner, _runs(text)) for place, owner, text in texts]
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, (_, _, its) in enumerate(runs):
        for run in its:
            holders[run].append(number)
    shared = Counter(pair for numbers in holders.values() for pair in combinations(numbers, 2))
    found = []
    for (one, other), count in sorted(shared.items()):
        (first, owner, its), (second, another, theirs) = runs[one], runs[other]
        share = count / min(len(its), len(theirs))
        if owner != another and share >= SHARE:
            found.append((first, second, share))
    return found


def _runs(text: str) -> set[tuple[str, ...]]:
    words = folded(plain(text)).split()
    return (
        {tuple(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)}
        if len(words) >= FEWEST_WORDS
        else set()
    )


def _claimed_twice(owners: Iterable[Sequence[tuple[str, str]]]) -> Iterator[str]:
    for (first, _), *others in owners:
        for place, phrase in others:
            yield f'{place}: "{phrase}" is a way to ask for {first}, too; leave it to the one that answers it'
