"""The few sentences that answer, taken word for word from what was found."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.coach.types import Citation
from knowledge.markdown import plain
from knowledge.types import Hit, Passage, Script
from knowledge.words import terms

MAX_WORDS = 115
_SECOND_WORDS = 35
# A second source is quoted when it is nearly as good as the first.
_NEARLY = 0.8
_SENTENCE = re.compile(r"(?<=[.!?])[\"'\u201d\u2019)]*\s+(?=[\"'\u201c\u2018(]?[A-Z0-9{])")
_ABBREVIATED = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|St|No|vs|e\.g|i\.e|U\.S|a\.m|p\.m)\.[\"')]*$")
_ITEM = re.compile(r"\s*(?:[-*]|\d+[.)])\s+")
_SLOT = re.compile(r"\{([^{}]+)\}")

Title = Callable[[str], str | None]


@dataclass(frozen=True)
class Unit:
    """The smallest piece that is quoted: a sentence or a whole list item. mark: its list marker, "" for prose."""

    text: str
    mark: str
    paragraph: int

    @property
    def words(self) -> int:
        return len(self.text.split())


def compose(
    question: str, hits: Sequence[Hit], title: Title, slots: Mapping[str, str]
) -> tuple[str, tuple[Citation, ...]]:
    """The answer as Markdown and its sources: mostly the best passage, and the next one's point where it adds one."""
    first = hits[0]
    chosen = select(question, first.passage.text, MAX_WORDS - _SECOND_WORDS)
    blocks = [(first.passage, chosen)]
    second = _second(hits)
    if second:
        room = MAX_WORDS - sum(unit.words for unit in chosen)
        lead = select(question, second.passage.text, min(room, _SECOND_WORDS), lead_only=True)
        if lead:
            blocks.append((second.passage, lead))
    parts, sources = [], []
    for n, (passage, used) in enumerate(blocks, start=1):
        parts.append(f"{fill(_render(used), slots)} [{n}]")
        sources.append(cite(n, passage, fill(plain(" ".join(unit.text for unit in used)), slots), title))
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
        text = "\n\n".join(f"**{label}**\n{words}" for label, words in parts) + " [1]"
    quote = turn.answer if turn else script.say_first
    return fill(_unlink(text), slots), (cite(1, hit.passage, fill(plain(quote), slots), title),)


def cite(n: int, passage: Passage, quote: str, title: Title) -> Citation:
    """A passage as a numbered source."""
    return Citation(n, passage.doc, title(passage.doc) or passage.path[0], passage.section, passage.url, quote)


def fill(text: str, slots: Mapping[str, str]) -> str:
    """The text with its slots filled; a slot nobody knows stays as it is."""
    return _SLOT.sub(lambda match: slots.get(match[1], match[0]), text)


def select(question: str, text: str, budget: int, lead_only: bool = False) -> list[Unit]:
    """The units of a passage that answer a question best, in their own order, within a number of words.

    The opening sentence answers a section's question and comes first; then whole sentences and list items by how many
    of the question's words they hold, earlier ones first. Nothing is cut inside a unit; an opening sentence that is
    longer than the budget is kept alone, unless lead_only asks only for what fits.
    """
    found = units(text)
    if lead_only:
        return found[:1] if found and found[0].words <= budget else []
    wanted = set(terms(question))
    scores = {place: len(wanted & set(terms(unit.text))) - 0.15 * place for place, unit in enumerate(found)}
    kept, left = {0}, budget - found[0].words
    for place in sorted(scores, key=lambda place: -scores[place]):
        if place not in kept and found[place].words <= left:
            kept.add(place)
            left -= found[place].words
    return [unit for place, unit in enumerate(found) if place in kept]


def units(text: str) -> list[Unit]:
    """A passage's text as sentences and list items, in order."""
    found = []
    for number, paragraph in enumerate(re.split(r"\n\s*\n", text.strip())):
        for mark, words in _lines(paragraph):
            pieces = [words] if mark else _sentences(words)
            found += [Unit(piece, mark, number) for piece in pieces if piece]
    return found


def _lines(paragraph: str) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for line in paragraph.splitlines():
        marker = _ITEM.match(line)
        if marker:
            lines.append((marker[0].strip(), _unlink(line[marker.end() :].strip())))
        elif lines:
            lines[-1] = (lines[-1][0], f"{lines[-1][1]} {_unlink(line.strip())}")
        else:
            lines.append(("", _unlink(line.strip())))
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


def _render(used: Sequence[Unit]) -> str:
    lines: list[str] = []
    last: Unit | None = None
    number = 0
    for unit in used:
        if unit.mark:
            number = number + 1 if last and last.mark and last.paragraph == unit.paragraph else 1
            marker = "-" if unit.mark in "-*" else f"{number}."
            lines.append(f"{marker} {unit.text}")
        elif last and not last.mark and last.paragraph == unit.paragraph:
            lines[-1] += f" {unit.text}"
        else:
            lines.append(unit.text if not lines else f"\n{unit.text}")
        if unit.mark and last and not last.mark:
            lines[-1] = f"\n{lines[-1]}"
        last = unit
    return "\n".join(lines)


def _second(hits: Sequence[Hit]) -> Hit | None:
    first = hits[0]
    for hit in hits[1:]:
        if hit.passage.doc != first.passage.doc:
            return hit if hit.score >= _NEARLY * first.score and hit.passage.kind != "script" else None
    return None
