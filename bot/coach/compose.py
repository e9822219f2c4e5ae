"""The few sentences that answer, taken word for word from what was found."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.coach.types import Citation
from knowledge.markdown import plain
from knowledge.types import Hit, Passage, Script
from knowledge.words import terms

MAX_WORDS = 115
# Below this many words left, a second source has no room to say anything.
_SECOND_WORDS = 12
# A second source is quoted when it is nearly as good as the first.
_NEARLY = 0.8
_SENTENCE = re.compile(r"(?<=[.!?])[\"'\u201d\u2019)]*\s+(?=[\"'\u201c\u2018(]?[A-Z0-9{])")
_ABBREVIATED = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|St|No|vs|e\.g|i\.e|U\.S|a\.m|p\.m)\.[\"')]*$")
_ITEM = re.compile(r"\s*(?:[-*]|\d+[.)])\s+")
_POINTER = re.compile(r"\W*\[[^\]]+\]\([^)]*\)")
_LEANING = re.compile(
    r"(?:\w+\s+){0,3}(?:this|that|these|those|it|its|they|their|them|both|such|either|otherwise|then)\b", re.I
)
_SLOT = re.compile(r"\{([^{}]+)\}")

Title = Callable[[str], str | None]


@dataclass(frozen=True)
class Block:
    """A paragraph as its sentences, or a list as its items. marks: each item's list marker, empty for a paragraph."""

    pieces: tuple[str, ...]
    marks: tuple[str, ...] = ()

    @property
    def words(self) -> int:
        return sum(len(piece.split()) for piece in self.pieces)

    def first(self, words: int) -> "Block | None":
        """As many whole pieces from the start as fit; None when that would be none, or a list of one."""
        kept = 0
        while kept < len(self.pieces) and sum(len(piece.split()) for piece in self.pieces[: kept + 1]) <= words:
            kept += 1
        if kept < (2 if self.marks and len(self.pieces) > 1 else 1):
            return None
        return Block(self.pieces[:kept], self.marks[:kept])

    def markdown(self) -> str:
        if not self.marks:
            return " ".join(self.pieces)
        return "\n".join(f"{mark} {piece}" for mark, piece in zip(self.marks, self.pieces, strict=True))


def compose(
    question: str, hits: Sequence[Hit], title: Title, slots: Mapping[str, str]
) -> tuple[str, tuple[Citation, ...]]:
    """The answer as Markdown and its sources: the best passage, and the next document's point where it adds one."""
    quoted = [(hits[0].passage, select(question, hits[0].passage.text, MAX_WORDS))]
    room = MAX_WORDS - sum(block.words for block in quoted[0][1])
    second = _second(hits)
    if second and room >= _SECOND_WORDS:
        lead = blocks(second.passage.text)[0].first(room)
        if lead:
            quoted.append((second.passage, [Block(lead.pieces[:1], lead.marks[:1])]))
    parts, sources = [], []
    for n, (passage, used) in enumerate(quoted, start=1):
        text = fill("\n\n".join(block.markdown() for block in used), slots)
        parts.append(f"{text} [{n}]")
        sources.append(cite(n, passage, plain(text), title))
    return "\n\n".join(parts), tuple(sources)


def compose_script(
    script: Script, hit: Hit, title: Title, slots: Mapping[str, str]
) -> tuple[str, tuple[Citation, ...]]:
    """The words for the call: the whole script, or the one answer when the question is about a push-back."""
    turn = next((turn for turn in script.push_backs if turn.caller == hit.passage.section), None)
    if turn:
        text = (
            f"**When they say {turn.caller}**\n{turn.answer} [1]\n\n**The whole call, short**\n{script.short_form} [1]"
        )
    else:
        parts = (
            ("Say first", script.say_first),
            ("Check identity", script.check_identity),
            ("Acknowledge", script.acknowledge),
            ("Explain", script.explain),
            ("Offer", script.offer),
            ("Close", script.close),
        )
        text = "\n\n".join(f"**{label}:** {words}" for label, words in parts) + " [1]"
    quote = turn.answer if turn else script.say_first
    return fill(_unlink(text), slots), (cite(1, hit.passage, fill(plain(quote), slots), title),)


def cite(n: int, passage: Passage, quote: str, title: Title) -> Citation:
    """A passage as a numbered source."""
    return Citation(n, passage.doc, title(passage.doc) or passage.path[0], passage.section, passage.url, quote)


def fill(text: str, slots: Mapping[str, str]) -> str:
    """The text with its slots filled; a slot nobody knows stays as it is."""
    return _SLOT.sub(lambda match: slots.get(match[1], match[0]), text)


def select(question: str, text: str, budget: int) -> list[Block]:
    """The parts of a passage that answer a question best, in their own order, within a number of words.

    The opening paragraph answers a section's question and comes first. Then come whole paragraphs and lists, those
    first that hold more of the question's words; a list that does not fit is kept from its start.
    """
    found = blocks(text)
    wanted = set(terms(question))
    kept = {0: found[0].first(budget) or Block(found[0].pieces[:1], found[0].marks[:1])}
    left = budget - kept[0].words
    for place in sorted(range(1, len(found)), key=lambda place: -_relevance(found[place], place, wanted)):
        part = found[place].first(left)
        if part and (place - 1 in kept or not _LEANING.match(part.pieces[0])):
            kept[place] = part
            left -= part.words
    return [kept[place] for place in sorted(kept)]


def blocks(text: str) -> list[Block]:
    """A passage's text as paragraphs and lists, without sentences that only point elsewhere; at least one block."""
    found = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = _lines(paragraph)
        items = [(mark, words) for mark, words in lines if mark]
        prose = " ".join(words for mark, words in lines if not mark)
        sentences = [_unlink(sentence) for sentence in _sentences(prose) if sentence and not _POINTER.match(sentence)]
        if sentences:
            found.append(Block(tuple(sentences)))
        if items:
            found.append(Block(tuple(_unlink(words) for _, words in items), tuple(mark for mark, _ in items)))
    return found or [Block((_unlink(text.strip()),))]


def _relevance(block: Block, place: int, wanted: set[str]) -> float:
    return len(wanted & set(terms(" ".join(block.pieces)))) - 0.5 * place


def _lines(paragraph: str) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for line in paragraph.splitlines():
        marker = _ITEM.match(line)
        if marker:
            lines.append((marker[0].strip(), line[marker.end() :].strip()))
        elif lines:
            lines[-1] = (lines[-1][0], f"{lines[-1][1]} {line.strip()}")
        else:
            lines.append(("", line.strip()))
    return lines


def _sentences(text: str) -> list[str]:
    sentences: list[str] = []
    start = 0
    for gap in _SENTENCE.finditer(text):
        piece = text[start : gap.end()].strip()
        inside_quotation = piece.count('"') % 2 or piece.count("\u201c") > piece.count("\u201d")
        if _ABBREVIATED.search(piece) or inside_quotation:
            continue
        sentences.append(piece)
        start = gap.end()
    return [*sentences, text[start:].strip()]


def _unlink(text: str) -> str:
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)


def _second(hits: Sequence[Hit]) -> Hit | None:
    first = hits[0]
    for hit in hits[1:]:
        if hit.passage.doc != first.passage.doc:
            return hit if hit.score >= _NEARLY * first.score and hit.passage.kind != "script" else None
    return None
