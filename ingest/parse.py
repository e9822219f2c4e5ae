"""One item to Markdown with headings."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ingest.convert import Converter
from ingest.sources import Item
from knowledge.errors import SourceError
from knowledge.markdown import plain, sections

_NUMBERED = re.compile(r"(\d{1,2})(?:\.\d{1,2}){0,3}[.)]?\s+(?=\S)")
# Plain text that Markdown would read as something else: a line of dashes turns the line above it into a heading.
_RULE = re.compile(r"\s*[-=*_]+\s*")
_MARKS = re.compile(r"^(\s*)(#+\s|```|~~~)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_FRONT_MATTER = re.compile(r"\A---\n[\w-]+:.*\n(?:(?:[\w-]+:|[ \t#-]).*\n)*?---\n")
MAX_CHARS = 5_000_000
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


@dataclass(frozen=True)
class Parsed:
    """A document's title and its text as Markdown."""

    title: str
    markdown: str


def parse(item: Item, converter: Converter) -> Parsed:
    """The item's text; raises SourceError with the reason when there is none to be had."""
    if item.media_type == "text/markdown":
        markdown = _FRONT_MATTER.sub("", _decode(item.data))
    elif item.media_type == "text/plain":
        markdown = headed(_decode(item.data))
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "document")
            path.write_bytes(item.data)
            markdown = converter.convert(path, item.media_type)
        if item.media_type == "application/pdf":
            markdown = headed(markdown)
    # Escape sequences in a document would be carried out by the terminal that shows them.
    markdown = _CONTROL.sub("", markdown)
    if not markdown.strip():
        raise SourceError("it holds no text")
    if len(markdown) > MAX_CHARS:
        raise SourceError("it holds too much text for one document; split it into smaller files")
    return Parsed(_title(markdown, item.origin), markdown)


def headed(text: str) -> str:
    """Plain text with its title and numbered headings marked as Markdown headings.

    A numbered line is a heading when it is short, does not end a sentence, and has a paragraph under it; the lines of
    a numbered list, which follow each other, stay as they are.
    """
    lines = [line.rstrip() for line in _lines_end_alike(text).replace("\f", "\n\n").split("\n")]
    written = [place for place, line in enumerate(lines) if line.strip()]
    marked = dict.fromkeys((place for place, after in pairwise(written) if _is_heading(lines, place, after)), "## ")
    if written and marked and written[0] not in marked and _is_label(lines[written[0]]):
        marked[written[0]] = "# "
    out = []
    for place, line in enumerate(lines):
        escaped = "" if _RULE.fullmatch(line) else _MARKS.sub(r"\1\\\2", line)
        out.append(f"\n{marked[place]}{line.strip()}\n" if place in marked else escaped)
    return "\n".join(out).strip()


def _is_heading(lines: Sequence[str], place: int, after: int) -> bool:
    line = lines[place].strip()
    return bool(_NUMBERED.match(line)) and _is_label(line) and not _NUMBERED.match(lines[after].strip())


def _is_label(line: str) -> bool:
    return len(line) <= 120 and not line.rstrip("\"'\u201d\u2019)").endswith((".", ";", ","))


def _decode(data: bytes) -> str:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = _lines_end_alike(data.decode(encoding))
    except UnicodeDecodeError:
        raise SourceError("its encoding is not UTF-8; save it as UTF-8 text and try again") from None
    if "\0" in text:
        raise SourceError("it is not text, whatever its name says")
    return text


def _lines_end_alike(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _title(markdown: str, origin: str) -> str:
    found = sections(markdown)
    heading = next((section.heading for section in found if section.level == 1), None)
    if heading is None and found and found[0].level:
        heading = found[0].heading if len(found) == 1 else None
    name = Path(re.sub(r"[?#].*", "", origin).rstrip("/")).stem or origin
    return plain(heading or re.sub(r"[_-]+", " ", name)).strip()[:150]
