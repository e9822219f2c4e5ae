"""The few sentences that answer, taken word for word from what was found."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.coach.types import Citation
from knowledge.markdown import plain, sentences
from knowledge.types import Hit, Passage, Script
from knowledge.words import terms

MAX_WORDS = 115
# Below this many words left, a second source has no room to say anything.
_SECOND_WORDS = 12
# A second source is quoted when it is nearly as good as the first.
_NEARLY = 0.8
# What the clinic itself says of the matter is quoted sooner, and room is kept for it.
_RELATED = 0.5
_OWN_WORDS = 45
_ITEM = re.compile(r"\s*(?:[-*]|\d+[.)])\s+")
_POINTER = re.compile(r"\W*\[[^\]]+\]\([^)]*\)")
LEANING = re.compile(
    r"(?:\w+\s+){0,3}(?:this|that|these|those|it|its|they|their|them|both|such|either|otherwise|then)\b", re.I
)
# What stands beside the words of a call is given to those who ask for it.
_ASIDES = {
    "Never say": re.compile(
        r"\b(?:what .{0,20}\bnot (?:to )?say|not to say|never (?:to )?say|avoid saying"
        r"|(?:do|should)n'?t (?:i |we )?say)\b",
        re.I,
    ),
    "Write down": re.compile(
        r"\b(?:(?:what|how|where) (?:do|should|can|must) (?:i|we) (?:\w+ )?(?:write|note|document|log|chart)|write down"
        r"|(?:document|log|note) (?:it|this|that)\b|in the (?:note|chart note))",
        re.I,
    ),
    "Hand over when": re.compile(
        r"\b(?:hand (?:\w+ )?(?:over|off)|escalat\w+|who takes|(?:when|who) (?:do|should|can) (?:i|we) "
        r"(?:get|give|transfer|pass|send|call))\b",
        re.I,
    ),
}
_SLOT = re.compile(r"\{([^{}]+)\}")

Title = Callable[[str], str | None]


@dataclass(frozen=True)
class Block:
    """A paragraph as its sentences, a list as its items, or a table as its rows.

    marks: each list item's marker, empty for the others.
    """

    pieces: tuple[str, ...]
    marks: tuple[str, ...] = ()
    table: bool = False

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
        return replace(self, pieces=self.pieces[:kept], marks=self.marks[:kept])

    def markdown(self) -> str:
        if self.table:
            return "\n".join(self.pieces)
        if not self.marks:
            return " ".join(self.pieces)
        return "\n".join(f"{mark} {piece}" for mark, piece in zip(self.marks, self.pieces, strict=True))


def compose(
    question: str, hits: Sequence[Hit], title: Title, slots: Mapping[str, str]
) -> tuple[str, tuple[Citation, ...]]:
    """The answer as Markdown and its sources: the best passage, and the next document's point where it adds one."""
    first, second = hits[0].passage, _second(hits)
    own = second is not None and second.kind == "clinic"
    quoted = [(first, quote(question, first, MAX_WORDS - (_OWN_WORDS if own else 0)))]
    room = MAX_WORDS - sum(block.words for block in quoted[0][1])
    if second and room >= _SECOND_WORDS:
        point = quote(question, second, room) if own else _opening(second, room)
        if point:
            quoted.append((second, point))
    parts, sources = [], []
    for n, (passage, used) in enumerate(quoted, start=1):
        text = fill("\n\n".join(block.markdown() for block in used), slots)
        parts.append(f"{text} [{n}]")
        sources.append(cite(n, passage, plain(text), title))
    return "\n\n".join(parts), tuple(sources)


def compose_script(
    script: Script, hits: Sequence[Hit], asked: str, later: bool, title: Title, slots: Mapping[str, str]
) -> tuple[str, tuple[Citation, ...]]:
    """The words for the call: the whole script, or the push-back or the aside that was asked about.

    hits: what was found, best first. later: the call itself was given before, so that a push-back comes sooner.
    """
    asides = script_asides(script)
    aside = next((name for name, words in _ASIDES.items() if words.search(asked)), None)
    if aside:
        section, quoted = aside, asides[aside]
        text = f"**{aside}:**\n\n{quoted} [1]\n\n**The whole call, short:** {script.short_form} [1]"
    else:
        near = [
            hit.passage.section for hit in hits if hit.passage.doc == script.id and hit.passage.section not in asides
        ]
        turns = {turn.caller: turn for turn in script.push_backs}
        turn = next((turns[name] for name in (near if later else near[:1]) if name in turns), None)
        if turn:
            section, quoted = turn.caller, turn.answer
            text = f"**When they say {turn.caller}** {turn.answer} [1]\n\n"
            text += f"**The whole call, short:** {script.short_form} [1]"
        else:
            section, quoted = "Say first", script.say_first
            text = "\n\n".join(f"**{label}:** {words}" for label, words in script_parts(script)) + " [1]"
    passage = next(passage for passage in script.passages if passage.section == section)
    return fill(unlink(text), slots), (cite(1, passage, fill(plain(quoted), slots), title),)


def script_parts(script: Script) -> tuple[tuple[str, str], ...]:
    """The parts of a call from its first words to its last, each with its name."""
    return (
        ("Say first", script.say_first),
        ("Check identity", script.check_identity),
        ("Acknowledge", script.acknowledge),
        ("Explain", script.explain),
        ("Offer", script.offer),
        ("Close", script.close),
    )


def script_asides(script: Script) -> dict[str, str]:
    """What stands beside the words of a call, by its name."""
    return {"Write down": script.write_down, "Never say": script.never_say, "Hand over when": script.hand_over_when}


def cite(n: int, passage: Passage, quote: str, title: Title) -> Citation:
    """A passage as a numbered source."""
    return Citation(n, passage.doc, title(passage.doc) or passage.path[0], passage.section, passage.url, quote)


def fill(text: str, slots: Mapping[str, str]) -> str:
    """The text with its slots filled; a slot nobody knows stays as it is."""
    return _SLOT.sub(lambda match: slots.get(match[1], match[0]), text)


def unlink(text: str) -> str:
    """The text with its links as their words."""
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)


def quote(question: str, passage: Passage, budget: int) -> list[Block]:
    """The parts of a passage that answer a question best, in their own order, within a number of words; never none."""
    found = blocks(passage.text)
    wanted = set(terms(question))
    if passage.kind == "clinic":
        return [_window(found, wanted, budget)]
    # A section of the library answers its question in its opening paragraph. Then come whole paragraphs and lists,
    # those first that hold more of the question's words; a list that does not fit is kept from its start.
    kept = {0: found[0].first(budget) or Block(found[0].pieces[:1], found[0].marks[:1])}
    left = budget - kept[0].words
    for place in sorted(range(1, len(found)), key=lambda place: -_relevance(found[place].pieces, wanted) + place / 2):
        part = found[place].first(left)
        if part and (place - 1 in kept or not LEANING.match(part.pieces[0])):
            kept[place] = part
            left -= part.words
    return [kept[place] for place in sorted(kept)]


def blocks(text: str) -> list[Block]:
    """A passage's text as paragraphs and lists, without sentences that only point elsewhere; at least one block."""
    found = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if all(line.lstrip().startswith("|") for line in paragraph.splitlines()):
            found.append(Block(tuple(line.strip() for line in paragraph.splitlines()), table=True))
            continue
        lines = _lines(paragraph)
        items = [(mark, words) for mark, words in lines if mark]
        prose = " ".join(words for mark, words in lines if not mark)
        said = [unlink(sentence) for sentence in sentences(prose) if not _POINTER.match(sentence)]
        if said:
            found.append(Block(tuple(said)))
        if items:
            found.append(Block(tuple(unlink(words) for _, words in items), tuple(mark for mark, _ in items)))
    return found or [Block((unlink(text.strip()),))]


def _window(found: Sequence[Block], wanted: set[str], budget: int) -> Block:
    # A clinic's own document may come to the point anywhere, so the quotation starts there.
    starts = [(block, place) for block in found for place in range(1 if block.table else len(block.pieces))]
    block, place = max(starts, key=lambda start: _relevance(start[0].pieces[start[1] : start[1] + 2], wanted))
    rest = replace(block, pieces=block.pieces[place:], marks=block.marks[place:])
    if fitting := rest.first(budget):
        return fitting
    words = rest.pieces[0].split()
    short = " ".join(words[:budget]) + (" \u2026" if len(words) > budget else "")
    return Block((short,), rest.marks[:1])


def _opening(passage: Passage, budget: int) -> list[Block]:
    first = blocks(passage.text)[0]
    sentence = Block(first.pieces[:1], first.marks[:1])
    return [sentence] if sentence.words <= budget else []


def _relevance(pieces: Sequence[str], wanted: set[str]) -> int:
    return len(wanted & set(terms(" ".join(pieces))))


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


def _second(hits: Sequence[Hit]) -> Passage | None:
    first = hits[0]
    others = [hit for hit in hits[1:] if hit.passage.doc != first.passage.doc and hit.passage.kind != "script"]
    own = [hit for hit in others if hit.passage.kind == "clinic" and hit.score >= _RELATED * first.score]
    near = [hit for hit in others[:1] if hit.score >= _NEARLY * first.score]
    chosen = next(iter((own if first.passage.kind != "clinic" else []) + near), None)
    return chosen.passage if chosen else None
