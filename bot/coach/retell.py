"""A reply given again in another manner, in the words of the same document."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.coach.compose import LEANING, blocks, fill, script_asides, script_parts, unlink
from bot.coach.lines import best, grouped, leans, lines_of, say
from bot.coach.reword import Manner
from bot.coach.types import Reply
from knowledge.library import Library
from knowledge.markdown import plain, sentences
from knowledge.types import Script
from knowledge.words import terms

MAX_WORDS = 40
# Unnumbered bullets that follow a shortened reply.
_FEW = 4
_ITEM = re.compile(r"(?m)^\s*(?:[-*]|\d+[.)])\s+")
_MARK = re.compile(r"\s*\[(\d)\]")
_AFTER_MARK = re.compile(r"(?<=\[\d\])\s+")
_CURT = re.compile(
    r"\bI (can't|won't|don't|need)\b|\b(must|have to|has to|policy|fault|same for everyone)\b", re.IGNORECASE
)
_BRUSH_OFF = re.compile(r"(that's up to you|you don't|I haven't|I wasn't)\b", re.IGNORECASE)
_SCRIPT = re.compile(r"\]\([^)]*\b(scripts/[a-z0-9-]+)\.md")


@dataclass(frozen=True)
class Piece:
    """A sentence, a list item or a table's row of a reply, from source number n. block: which paragraph holds it."""

    words: str
    n: int
    block: int
    mark: str = ""


def retell(reply: Reply, manners: Sequence[Manner], question: str, library: Library) -> Reply:
    """The reply in the manners asked for, one after the other; never longer than it was, and without a next step.

    "Shorter" goes on from what was last shown. A refusal, or what is said in an emergency, stays as it is.
    """
    whole = told = replace(reply, next_steps=())
    script = library.scripts.get(reply.sources[0].doc) if reply.kind == "script" else None
    for manner in manners if reply.kind in ("script", "answer") and reply.sources else ():
        if manner.name == "bullets" and told != whole and not manner.number:
            manner = replace(manner, number=_FEW)
        ways = _of_script(manner, script, whole, library) if script else _of_text(manner, whole, question, library)
        most = words_in(told.text) - 1 if manner.name == "short" else words_in(whole.text)
        told = next((way for way in ways if words_in(way.text) <= most), told)
    return told


def words_in(text: str) -> int:
    """How many words a text has; list markers and source numbers are none."""
    said = _ITEM.sub("", _MARK.sub("", text))
    return sum(any(letter.isalnum() for letter in word) for word in said.split())


def _of_script(manner: Manner, script: Script, whole: Reply, library: Library) -> Iterator[Reply]:
    def part(text: str) -> str:
        return fill(unlink(text), library.slots)

    def told(text: str, section: str, quoted: str | None = None) -> Reply:
        source = replace(whole.sources[0], section=section, quote=plain(quoted or text))
        return replace(whole, text=f"{text} [1]", sources=(source,))

    section = whole.sources[0].section
    turn = next((turn for turn in script.push_backs if turn.caller == section), None)
    asides = script_asides(script)
    if section in asides and manner.name not in ("warm", "opening"):
        yield from _ways(manner, _pieces(part(asides[section])), whole, "")
        return
    # Of the answer to a push-back, what is said aloud; the hints behind it are for another day.
    short, where = (part(turn.answer).split("\n\n")[0], section) if turn else (part(script.short_form), "Short form")
    if manner.name == "opening":
        yield told(part(script.say_first), "Say first")
    if manner.name == "warm":
        kind = say([line for line in lines_of(part(script.acknowledge)) if not line.words.endswith("?")])
        kind = kind or part(script.acknowledge)
        answer = _without_brush_off(short) if turn else part(_gentle(script))
        # What follows on is one thing said.
        yield told(f"{kind} {answer}".replace('" "', " "), "Acknowledge", kind)
    lines = lines_of(short)
    if manner.name == "bullets":
        if not (manner.number or turn):
            items = [f"- **{label}:** {' '.join(part(words).split())}" for label, words in script_parts(script)]
            yield replace(whole, text="\n".join(items) + " [1]")
        groups = grouped(lines, manner.number or len(lines))
        yield told("\n".join(f"- {group}" for group in groups), where, short)
    if manner.name in ("short", "plain", "warm"):
        yield told(say(best(lines, manner.number)) if manner.number else short, where)
    yield told(say(best(lines, 1)), where)


def _gentle(script: Script) -> str:
    """The part that follows the acknowledgement without a hard word; where lives may hang on it, what is said first."""
    if "911" in script.say_first:
        return script.say_first
    kind = (
        words
        for words in (script.explain, script.offer, script.say_first)
        if not _CURT.search(words) and not any(leans(line) for line in lines_of(words)[:1])
    )
    return next(kind, script.explain)


def _without_brush_off(answer: str) -> str:
    lines = lines_of(answer)
    return say(lines[1:]) if len(lines) > 1 and _BRUSH_OFF.match(lines[0].words) else answer


def _of_text(manner: Manner, whole: Reply, question: str, library: Library) -> Iterator[Reply]:
    pieces = _pieces(whole.text)
    note = _note(whole, library) if manner.name in ("warm", "plain") else ""
    spoken = [piece for piece in pieces if piece.words.startswith("**Say:**")][:1]
    if spoken and manner.name in ("warm", "opening"):
        yield _tell(spoken, whole)
    if note:
        for way in _ways(manner, pieces, whole, question):
            yield replace(way, text=f"{note}\n\n{way.text}")
    yield from _ways(manner, pieces, whole, question)


def _ways(manner: Manner, pieces: Sequence[Piece], whole: Reply, question: str) -> Iterator[Reply]:
    """What fits a manner in plain text, the best first."""
    if manner.name == "bullets":
        bare = [piece for piece in pieces if not piece.words.endswith(":")] or pieces
        items = [piece for piece in bare if piece.mark]
        if manner.number and len(items) > 1 and not bare[0].mark:
            bare = [bare[0], *items]
        yield _tell([replace(piece, mark="-", block=0) for piece in bare[: manner.number]], whole)
    elif manner.name == "opening":
        yield _tell(pieces[:1], whole)
    elif manner.name != "sentence":
        yield _tell(_first(pieces, manner.number), whole)
    yield _tell([_point(pieces, question)], whole)


def _pieces(text: str) -> list[Piece]:
    found: list[Piece] = []
    n = 1
    for place, block in reversed(list(enumerate(blocks(text)))):
        marks = block.marks or ("",) * len(block.pieces)
        cut = [
            (part, mark) for words, mark in zip(block.pieces, marks, strict=True) for part in _AFTER_MARK.split(words)
        ]
        for words, mark in reversed(cut):
            numbers = _MARK.findall(words)
            n = int(numbers[-1]) if numbers else n
            bare = _MARK.sub("", words)
            if block.table:
                bare = ", ".join(cell for cell in (cell.strip() for cell in bare.split("|")) if cell.strip("-: "))
            if bare:
                found.append(Piece(bare, n, place, mark))
    return found[::-1]


def _first(pieces: Sequence[Piece], number: int | None) -> Sequence[Piece]:
    """Whole pieces from the start that fit, at least one; no list cut short behind a paragraph, and no bare lead-in."""
    kept = 1
    while kept < len(pieces) and sum(words_in(piece.words) for piece in pieces[: kept + 1]) <= MAX_WORDS:
        kept += 1
    kept = min(kept, number or kept)
    block = pieces[kept - 1].block
    if pieces[kept - 1].mark and kept < len(pieces) and pieces[kept].block == block != pieces[0].block:
        kept = next(place for place, piece in enumerate(pieces) if piece.block == block)
    while kept > 1 and pieces[kept - 1].words.endswith(":"):
        kept -= 1
    return pieces[:kept]


def _point(pieces: Sequence[Piece], question: str) -> Piece:
    """The sentence that answers best: as a rule the first, for the library opens with its answer."""
    wanted = set(terms(question))
    told = [
        replace(piece, words=sentence, mark="")
        for piece in pieces
        if piece.n == 1
        for sentence in sentences(piece.words)
        if not sentence.endswith(":") and not LEANING.match(sentence)
    ] or [pieces[0]]
    first = told[0]
    return max(told, key=lambda piece: len(wanted.intersection(terms(piece.words))) + (2 if piece is first else 0))


def _tell(pieces: Sequence[Piece], whole: Reply) -> Reply:
    """The pieces as Markdown, each source's number behind its last one, and the sources that are left."""
    text = ""
    for place, piece in enumerate(pieces):
        before = pieces[place - 1] if place else piece
        gap = "\n\n" if before.block != piece.block else "\n" if piece.mark else " "
        text += (gap if place else "") + (f"{piece.mark} " if piece.mark else "") + piece.words
        if place + 1 == len(pieces) or pieces[place + 1].n != piece.n:
            text += f" [{piece.n}]"
    sources = []
    for source in whole.sources:
        shown = [plain(piece.words) for piece in pieces if piece.n == source.n]
        # What is worked out, as pay is, stands in no document, and the source keeps the words that it rests on.
        held = all(" ".join(words.split()) in " ".join(source.quote.split()) for words in shown)
        if shown:
            sources.append(replace(source, quote=" ".join(shown)) if held else source)
    return replace(whole, text=text, sources=tuple(sources))


def _note(whole: Reply, library: Library) -> str:
    """That this is about how it works, and the script that has the words, where the section names one."""
    source = whole.sources[0]
    linked = [
        doc
        for passage in library.passages()
        if passage.doc == source.doc and passage.section == source.section
        for doc in _SCRIPT.findall(passage.text)
    ]
    title = next((title for doc in linked if (title := library.title(doc))), None)
    wording = library.wording
    return wording.reword_about_script.replace("{script}", title) if title else wording.reword_about
