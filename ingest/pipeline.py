"""From sources to a published version: find, parse, chunk, embed, check, publish."""

import secrets
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from ingest.cache import EmbeddingCache
from ingest.chunk import chunk
from ingest.convert import Converter
from ingest.fetch import Fetcher
from ingest.parse import parse
from ingest.sources import Skipped, find
from knowledge.errors import IngestRefused, SettingsError, SourceError
from knowledge.index.build import digest, read_back, write_version
from knowledge.index.embedder import Embedder
from knowledge.index.version import DocumentRecord, Manifest, VersionDamaged, folder_of, prune, published, verify
from knowledge.library import Library
from knowledge.markdown import slug
from knowledge.types import Passage

_LOST = (
    "The published index is damaged, and documents of the clinic's own in it cannot be read back, so nothing was "
    "changed. Run python -m ingest --force, and then give these documents again: "
)


class Progress(Protocol):
    """Told how far a phase has come; total is None while it is not known."""

    def __call__(self, phase: str, done: int, total: int | None) -> None: ...


@dataclass
class Shelf:
    """The clinic's own documents: their records and passages, by document id."""

    records: dict[str, DocumentRecord] = field(default_factory=dict)
    passages: dict[str, list[Passage]] = field(default_factory=dict)

    def put(self, record: DocumentRecord, passages: list[Passage]) -> None:
        self.records[record.id], self.passages[record.id] = record, passages

    def drop(self, document: str) -> None:
        del self.records[document], self.passages[document]

    def id_for(self, origin: str, name: str) -> str:
        """The id that the document from an origin has, or a new one made from its name."""
        taken = {record.id: record.origin for record in self.records.values()}
        for known, where in taken.items():
            if where == origin:
                return known
        candidate, number = f"clinic/{slug(name)}", 2
        while candidate in taken:
            candidate, number = f"clinic/{slug(name)}-{number}", number + 1
        return candidate


@dataclass(frozen=True)
class Summary:
    """What an ingest did. published: the version's name, None when nothing was written."""

    published: str | None
    documents: int
    passages: int
    embedded: int
    reused: int
    added: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    seconds: float


@dataclass(frozen=True)
class Request:
    """What to take in and what to let go.

    remove: ids, origins or sources of documents. force: publish even if most passages go. dry_run: only say.
    """

    sources: Sequence[str] = ()
    follow: bool = False
    remove: Sequence[str] = ()
    force: bool = False
    dry_run: bool = False


def ingest(
    request: Request,
    index_dir: Path,
    library: Library,
    embedder: Embedder,
    fetcher: Fetcher,
    now: datetime,
    progress: Progress,
) -> Summary:
    """Index the library and the clinic's documents; raises IngestRefused, leaving the published index as it was."""
    started = time.monotonic()
    try:
        index_dir.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise SettingsError(
            f"INDEX_DIR: the folder {index_dir} cannot be made. Name one that may be written to."
        ) from None
    try:
        lock = FileLock(index_dir / "ingest.lock", timeout=0)
        with lock:
            return _ingest(request, index_dir, library, embedder, fetcher, now, progress, started)
    except Timeout:
        raise IngestRefused("Another ingest is running on this index. Wait for it to end and try again.") from None


def _ingest(
    request: Request, index_dir: Path, library: Library, embedder: Embedder, fetcher: Fetcher,
    now: datetime, progress: Progress, started: float,
) -> Summary:  # fmt: skip
    before = read_back(index_dir)
    if not request.force:
        _refuse_unreadable(index_dir, before[0] if before else None)
    shelf = Shelf()
    for record in before[0].documents if before else ():
        shelf.put(record, [passage for passage in before[1] if passage.doc == record.id] if before else [])
    removed = _remove(shelf, request.remove)
    kept = [passage for group in shelf.passages.values() for passage in group]
    added, skipped = _collect(shelf, request, fetcher, now, progress)
    removed += _vanished(shelf, request.sources)
    passages = [*library.passages(), *step_passages(library), *(p for group in shelf.passages.values() for p in group)]
    records = [replace(record, passages=len(shelf.passages[record.id])) for record in shelf.records.values()]
    documents = len({passage.doc for passage in passages if passage.kind != "step"})
    if before and not request.force:
        _refuse_large_loss(kept, passages)
        _refuse_large_loss(before[1], passages)
    name, embedded, reused = None, 0, 0
    unchanged = (
        before
        and before[0].digest == digest(passages, library.examples, records, embedder.fingerprint)
        and _sound(index_dir, before[0].name)
    )
    if not (unchanged or request.dry_run):
        # With a damaged pointer, the version just read back is the only copy of the clinic's documents.
        prune(index_dir, *([before[0].name] if before else []))
        with closing(
            EmbeddingCache(
                index_dir / "embeddings.sqlite", embedder, lambda done, total: progress("Embedding", done, total)
            )
        ) as cache:
            name = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
            write_version(
                index_dir, name, passages, library.examples, records, embedder.name, embedder.fingerprint, cache.encode
            )
            embedded, reused = cache.embedded, cache.reused
            cache.forget_unused()
    return Summary(
        name, documents, len(passages), embedded, reused, tuple(added), tuple(removed), tuple(skipped),
        time.monotonic() - started,
    )  # fmt: skip


def step_passages(library: Library) -> list[Passage]:
    """Each step as a passage, found by what it asks for, by its needs, and by how people say they have done it."""
    return [
        Passage(
            f"stages/{step.stage}", step.id, (library.stages[step.stage].title, step.id),
            f"{step.do} Proof: {step.proof}", "step", (*step.asked, *step.done_as), (step.stage,),
        )
        for step in library.steps()
    ]  # fmt: skip


def _collect(
    shelf: Shelf, request: Request, fetcher: Fetcher, now: datetime, progress: Progress
) -> tuple[list[str], list[Skipped]]:
    added: list[str] = []
    skipped: list[Skipped] = []
    with Converter() as converter:
        for source in request.sources:
            for item in find(source, request.follow, fetcher):
                if isinstance(item, Skipped):
                    skipped.append(item)
                    continue
                progress("Reading", len(added) + len(skipped), None)
                try:
                    parsed = parse(item, converter)
                    name = Path(item.origin.split("?")[0].rstrip("/")).stem
                    document = shelf.id_for(item.origin, name)
                    url = item.origin if item.origin.startswith("http") else ""
                    passages = chunk(document, parsed, url)
                    if not passages:
                        raise SourceError("it holds no text")
                except SourceError as error:
                    skipped.append(Skipped(item.origin, str(error)))
                    continue
                shelf.put(
                    DocumentRecord(document, parsed.title, item.source, item.origin, len(passages), f"{now:%Y-%m-%d}"),
                    passages,
                )
                if document not in added:
                    added.append(document)
    return added, skipped


def _remove(shelf: Shelf, names: Sequence[str]) -> list[str]:
    removed = []
    for name in names:
        wanted = {name, f"clinic/{name}", str(Path(name).resolve())}
        matching = [r.id for r in shelf.records.values() if wanted & {r.id, r.origin, r.source}]
        if not matching:
            known = ", ".join(sorted(shelf.records)) or "none"
            raise IngestRefused(f"{name}: no document of that name, file or address is indexed. There are: {known}.")
        for document in matching:
            shelf.drop(document)
        removed += matching
    return removed


def _vanished(shelf: Shelf, sources: Sequence[str]) -> list[str]:
    # An empty folder is more likely one that failed to be mounted than one whose documents were all withdrawn.
    folders = [Path(source).resolve() for source in sources if Path(source).is_dir() and any(Path(source).iterdir())]
    inside = [r for r in shelf.records.values() if any(Path(r.origin).is_relative_to(folder) for folder in folders)]
    gone = [r.id for r in inside if not Path(r.origin).exists()]
    for document in gone:
        shelf.drop(document)
    return gone


def _refuse_unreadable(index_dir: Path, before: Manifest | None) -> None:
    """Refuse to publish over a damaged version whose documents of the clinic's own cannot be carried on."""
    newest = next(iter(published(index_dir)), None)
    if newest is None or (before and newest == before.name):
        return
    try:
        records = Manifest.read(folder_of(index_dir, newest)).documents
    except VersionDamaged:
        records = ()
    lost = [record.origin for record in records if before is None or record not in before.documents]
    if lost:
        raise IngestRefused(_LOST + ", ".join(lost) + ".")


def _refuse_large_loss(before: Sequence[Passage], after: Sequence[Passage]) -> None:
    lost = len({passage.id for passage in before} - {passage.id for passage in after})
    if lost > len(before) / 2:
        raise IngestRefused(
            f"This would drop {lost} of the {len(before)} passages that are indexed, so nothing was changed. "
            "If that is what you want, run it again with --force."
        )


def _sound(index_dir: Path, name: str) -> bool:
    try:
        verify(folder_of(index_dir, name))
    except VersionDamaged:
        return False
    return published(index_dir)[:1] == [name]
