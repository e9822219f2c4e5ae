"""A script's words as sentences, so that a few of them can be said without the rest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from knowledge.markdown import sentences

_SPOKEN = re.compile('["\u201c]([^"\u201c\u201d]+)["\u201d]')
_IDENTITY = re.compile(r"date of birth", re.IGNORECASE)
# A sentence that means nothing without the one before it.
_LEANING = re.compile(
    r"(if (not|so|none|it|they|there's|nothing|we can)|otherwise"
    r"|then|it|they|this|that|the second|i can (start|ask) th\w+)\b",
    re.IGNORECASE,
)
_HANDOVER = re.compile(r"I'm (getting|bringing|asking the nurse)|I'll get the (nurse|clinician)|while I get")
_CONDITION = re.compile(r"(if|for)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """A sentence. quotation: which pair of quotation marks holds it, None for a hint to the speaker.

    cue: when it is said ("To a machine:"), "" for always.
    """

    words: str
    quotation: int | None = None
    cue: str = ""


def lines_of(text: str) -> tuple[Line, ...]:
    """The sentences of a part of a script, in order."""
    found: list[Line] = []
    start = 0
    for number, quotation in enumerate(_SPOKEN.finditer(text)):
        hints = sentences(text[start : quotation.start()])
        cue = hints.pop() if hints and hints[-1].endswith(":") else ""
        found += [Line(hint) for hint in hints]
        found += [Line(sentence, number, cue) for sentence in sentences(quotation[1])]
        start = quotation.end()
    return (*found, *(Line(hint) for hint in sentences(text[start:])))


def say(lines: Sequence[Line]) -> str:
    """Lines as they are written: what is said aloud in quotation marks, each cue once."""
    written: list[str] = []
    for place, line in enumerate(lines):
        if line.quotation is None:
            written.append(line.words)
            continue
        follows = place > 0 and lines[place - 1].quotation == line.quotation
        if follows:
            written[-1] = f'{written[-1][:-1]} {line.words}"'
        else:
            written.append(f'{line.cue} "{line.words}"'.strip())
    return " ".join(written)


def best(lines: Sequence[Line], number: int) -> tuple[Line, ...]:
    """The lines that carry the call, at most a number of them and at least one, in their order.

    What sends a caller to 911 comes first. Then come those that stand alone, hold for every caller and say more than
    who is calling: those that hand over first, then the longest. One that leans on the line before comes only with it.
    """
    aloud = [line for line in lines if line.quotation is not None] or list(lines)

    def worth(line: Line) -> tuple[bool, bool, bool, bool, bool, int]:
        known, certain = not _IDENTITY.search(line.words), not _CONDITION.match(line.words)
        helps = bool(_HANDOVER.search(line.words))
        return not leans(line), known, certain, not line.cue, helps, len(line.words.split())

    ranked = sorted(aloud, key=worth, reverse=True)
    urgent = [line for line in ranked if "911" in line.words][:1]
    kept = list(dict.fromkeys((*urgent, *ranked)))[:1]
    for line in ranked:
        before = aloud[aloud.index(line) - 1 : aloud.index(line)]
        if len(kept) < number and line not in kept and (not leans(line) or (before and before[0] in kept)):
            kept.append(line)
    return tuple(line for line in aloud if line in kept)


def leans(line: Line) -> bool:
    """Whether a line needs the one before it."""
    return bool(_LEANING.match(line.words))


def grouped(lines: Sequence[Line], number: int) -> list[str]:
    """Lines in their order, written as at most a number of groups of about the same size, quotations kept together."""

    def mixed(group: Sequence[Line]) -> bool:
        return len({line.quotation for line in group} - {None}) > 1

    def cost(cuts: Sequence[int]) -> tuple[int, int]:
        groups = [lines[start:end] for start, end in pairwise(cuts)]
        return sum(map(mixed, groups)), max(sum(len(line.words) for line in group) for group in groups)

    places = combinations(range(1, len(lines)), min(number, len(lines)) - 1)
    cuts = min(((0, *inner, len(lines)) for inner in places), key=cost)
    # A cue that the group before has said is not said again.
    told = [
        replace(line, cue="") if place and lines[place - 1].quotation == line.quotation else line
        for place, line in enumerate(lines)
    ]
    return [say(told[start:end]) for start, end in pairwise(cuts)]
