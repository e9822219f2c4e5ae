"""Where documents come from: files, folders and web pages, each named when it cannot be taken."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.fetch import Fetcher, Page, links
from knowledge.errors import SourceError

MEDIA_TYPES = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".txt": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
MAX_BYTES = 20 * 2**20
MAX_PAGES = 60


@dataclass(frozen=True)
class Item:
    """One document as it was found. source: what was given; origin: the file or address it was found at."""

    source: str
    origin: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Skipped:
    """Something that could not be taken in, and why, in words for the person who asked for it."""

    origin: str
    reason: str


def find(source: str, follow: bool, fetcher: Fetcher) -> Iterator[Item | Skipped]:
    """The documents behind a file, a folder or an address; with `follow`, the pages that a page links to as well."""
    if source.startswith(("http://", "https://")):
        yield from _pages(source, follow, fetcher)
    else:
        yield from _files(Path(source))


def _files(root: Path) -> Iterator[Item | Skipped]:
    source = str(root.resolve())
    if root.is_dir():
        inside = sorted(path for path in root.rglob("*") if not _hidden(path.relative_to(root)))
        files = [path for path in inside if path.is_file() and not path.is_symlink()]
        if not files:
            yield Skipped(str(root), "the folder holds no files")
        for path in files:
            yield _file(path, source)
    else:
        yield _file(root, source)


def _hidden(relative: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in relative.parts)


def _file(path: Path, source: str) -> Item | Skipped:
    media_type = MEDIA_TYPES.get(path.suffix.lower())
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return Skipped(ascii(str(path)), "its name is not UTF-8; rename it")
    try:
        if not path.exists():
            return Skipped(str(path), "there is no such file or folder")
        if media_type is None:
            return Skipped(str(path), f"this type is not read; use one of {', '.join(MEDIA_TYPES)}")
        if not path.is_file():
            return Skipped(str(path), "this is not a regular file")
        if path.stat().st_size > MAX_BYTES:
            return Skipped(str(path), f"it is larger than {MAX_BYTES // 2**20} MB; split it")
        data = path.read_bytes()
    except OSError:
        return Skipped(str(path), "it cannot be opened; check that you may read it")
    if not data.strip():
        return Skipped(str(path), "it is empty")
    return Item(source, str(path.resolve()), media_type, data)


def _pages(source: str, follow: bool, fetcher: Fetcher) -> Iterator[Item | Skipped]:
    try:
        page = fetcher.fetch(source)
    except SourceError as error:
        yield Skipped(source, str(error))
        return
    yield _item(page, source)
    if not follow:
        return
    linked = [link for link in links(page) if link != page.url]
    seen = {page.url}
    for link in linked[:MAX_PAGES]:
        try:
            found = fetcher.fetch(link)
        except SourceError as error:
            yield Skipped(link, str(error))
            continue
        if found.url not in seen:
            seen.add(found.url)
            yield _item(found, source)
    for link in linked[MAX_PAGES:]:
        yield Skipped(link, f"only the first {MAX_PAGES} linked pages are taken; name this one on its own")


def _item(page: Page, source: str) -> Item:
    return Item(source, page.url, page.media_type, page.data)
