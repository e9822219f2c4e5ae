"""A parsed document cut into passages that can each be cited."""

from langchain_text_splitters import RecursiveCharacterTextSplitter

from ingest.parse import Parsed
from knowledge.markdown import sections
from knowledge.types import Passage

# About 130 words: under the default model's 256 tokens with the headings in front, and short enough to quote.
MAX_CHARS = 800

_SPLITTER = RecursiveCharacterTextSplitter(
    chunk_size=MAX_CHARS,
    chunk_overlap=0,
    keep_separator="end",
    separators=["\n\n", "\n", ". ", "? ", "! ", "; ", " ", ""],
)


def chunk(document: str, parsed: Parsed, url: str = "") -> list[Passage]:
    """The document's passages in order: a section each, a long one cut between its paragraphs or sentences."""
    passages = []
    for section in sections(parsed.markdown):
        path = section.path if section.path[:1] == (parsed.title,) else (parsed.title, *section.path)
        parts = (
            [part.strip() for part in _SPLITTER.split_text(section.body)]
            if len(section.body) > MAX_CHARS
            else [section.body]
        )
        kept = [part for part in parts if any(letter.isalnum() for letter in part)]
        for number, part in enumerate(kept, start=1):
            anchor = section.anchor if number == 1 else f"{section.anchor}~{number}"
            passages.append(Passage(document, anchor, path, part, "clinic", url=url))
    return passages
