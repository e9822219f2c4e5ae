"""Markdown cut into its headed sections, and Markdown read as plain words."""

import re
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt

_PARSER = MarkdownIt("commonmark").enable("table")
_SENTENCE = re.compile(r"(?<=[.!?])[\"'\u201d\u2019)]*\s+(?=[\"'\u201c\u2018(]?[A-Z0-9{])")
_ABBREVIATED = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|St|No|vs|e\.g|i\.e|U\.S|a\.m|p\.m)\.[\"')]*$")
# A heading of a page of brackets would take plain() for ever.
_LONGEST_HEADING = 300
_ANCHOR = re.compile(r"\s*\{#([a-z0-9-]+)\}\s*$")


@dataclass(frozen=True)
class Section:
    """One heading and the text up to the next heading of any level.

    anchor: unique in the text, from `{#anchor}` or the heading's words. path: the headings above it and its own,
    outermost first. level 0 is the text before the first heading.
    """

    level: int
    anchor: str
    path: tuple[str, ...]
    body: str

    @property
    def heading(self) -> str:
        return self.path[-1] if self.path else ""


def sections(text: str) -> list[Section]:
    """The text's sections in order; headings inside code blocks, quotes and lists are text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    marks = []
    tokens = _PARSER.parse(text)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            marks.append((token.map[0], token.map[1], int(token.tag[1]), inline.content.strip()[:_LONGEST_HEADING]))
    found: list[Section] = []
    taken: dict[str, int] = {}
    first = marks[0][0] if marks else len(lines)
    if "".join(lines[:first]).strip():
        found.append(Section(0, _unique("top", taken), (), "\n".join(lines[:first]).strip()))
    trail: list[tuple[int, str]] = []
    for place, (_, after, level, heading) in enumerate(marks):
        end = marks[place + 1][0] if place + 1 < len(marks) else len(lines)
        explicit = _ANCHOR.search(heading)
        title = plain(_ANCHOR.sub("", heading))
        trail = [*(item for item in trail if item[0] < level), (level, title)]
        anchor = _unique(explicit[1] if explicit else slug(title), taken)
        found.append(Section(level, anchor, tuple(name for _, name in trail), "\n".join(lines[after:end]).strip()))
    return found


def slug(words: str) -> str:
    """Words as a lower-case anchor, never empty, at most 80 characters."""
    kept = re.sub(r"[^\w\s-]", "", words.lower())
    return re.sub(r"[\s_-]+", "-", kept).strip("-")[:80].rstrip("-") or "section"


def plain(text: str) -> str:
    """The text without Markdown's marks: links become their words, emphasis and code their content."""
    text = re.sub(r"!\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])([*_])(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*])", r"\2", text)
    return text.replace("`", "")


def sentences(text: str) -> list[str]:
    """Prose cut after each sentence; abbreviations and quotations stay whole. White space becomes single spaces."""
    text = " ".join(text.split())
    found: list[str] = []
    start = 0
    for gap in _SENTENCE.finditer(text):
        piece = text[start : gap.end()].strip()
        inside_quotation = piece.count('"') % 2 or piece.count("\u201c") > piece.count("\u201d")
        if _ABBREVIATED.search(piece) or inside_quotation:
            continue
        found.append(piece)
        start = gap.end()
    return [piece for piece in (*found, text[start:].strip()) if piece]


def _unique(anchor: str, taken: dict[str, int]) -> str:
    candidate = anchor
    while candidate in taken:
        taken[anchor] += 1
        candidate = f"{anchor}-{taken[anchor]}"
    taken[candidate] = 1
    return candidate
