"""One version of the index is one folder that nothing writes to once it is published; a small file points to it.

    INDEX_DIR/current            the published version's name, then the one before it
    INDEX_DIR/versions/<name>/   manifest.json, passages.sqlite, chroma/

Opening a Chroma folder adds a row to its lock table, so chroma.sqlite3 is checked for its structure, all other files
for their bytes. A damaged vector file can end the process that opens it: verify() comes before every opening.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

KEPT = 2
_LIVE = "chroma/chroma.sqlite3"


class VersionDamaged(Exception):
    """A version's files are not the ones that were published."""


@dataclass(frozen=True)
class DocumentRecord:
    """A document of the clinic's own, as it was when it was ingested.

    source: the file, folder or address that was given; origin: the file or page it was found in.
    """

    id: str
    title: str
    source: str
    origin: str
    passages: int
    ingested: str


@dataclass(frozen=True)
class Manifest:
    """What a version holds. digest: of all that was indexed. files: size and hash by relative path."""

    name: str
    model: str
    fingerprint: str
    passages: int
    vectors: int
    digest: str
    documents: tuple[DocumentRecord, ...]
    files: dict[str, tuple[int, str]]

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """The manifest in a version's folder; raises VersionDamaged."""
        try:
            fields = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            fields["documents"] = tuple(DocumentRecord(**record) for record in fields["documents"])
            fields["files"] = {name: (int(size), str(digest)) for name, (size, digest) in fields["files"].items()}
            return cls(**fields)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise VersionDamaged(f"{folder.name}: its manifest cannot be read") from error

    def write(self, folder: Path) -> None:
        (folder / "manifest.json").write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False), encoding="utf-8")


def published(index_dir: Path) -> list[str]:
    """The names of the published version and of the one before it; empty when there is none."""
    try:
        names = (index_dir / "current").read_text(encoding="utf-8", errors="replace").split()
    except FileNotFoundError:
        return []
    return names[:KEPT]


def folder_of(index_dir: Path, name: str) -> Path:
    """Where a version lives; the name may come from a file, so it must be a plain one."""
    if not name.replace("-", "").isalnum():
        raise VersionDamaged("the pointer to the index does not hold a version's name")
    return index_dir / "versions" / name


def fingerprints(folder: Path) -> dict[str, tuple[int, str]]:
    """Size and hash of each file below a version's folder that stays as it is.

    The manifest is left out, and the vector files of a collection too small for Chroma to have written its index: it
    keeps those vectors in its database, and scribbles over the files whenever it opens them.
    """
    files = (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name != "manifest.json"
        and (path.suffix != ".bin" or (path.parent / "index_metadata.pickle").exists())
    )
    return {path.relative_to(folder).as_posix(): (path.stat().st_size, _hash(path)) for path in files}


def verify(folder: Path, only: str = "") -> Manifest:
    """The manifest of a version whose files are sound; raises VersionDamaged, or OSError, and never opens Chroma.

    only: check just the files whose path starts like this.
    """
    manifest = Manifest.read(folder)
    for name, (size, digest) in manifest.files.items():
        if not name.startswith(only):
            continue
        path = folder / name
        try:
            now = path.stat().st_size
            sound = now >= size and _sound_database(path) if name == _LIVE else now == size and _hash(path) == digest
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            sound = False
        if not sound:
            raise VersionDamaged(f"{folder.name}: {name} is not the file that was published")
    return manifest


def publish(index_dir: Path, name: str) -> None:
    """Make a complete version the published one, atomically, and delete all but the last two."""
    before = [other for other in published(index_dir) if other != name]
    for path in sorted(folder_of(index_dir, name).rglob("*")):
        _sync(path)
    _sync(folder_of(index_dir, name))
    _sync(index_dir / "versions")
    draft = index_dir / "current.new"
    draft.write_text("\n".join([name, *before][:KEPT]) + "\n", encoding="utf-8")
    _sync(draft)
    draft.replace(index_dir / "current")
    _sync(index_dir)
    prune(index_dir)


def prune(index_dir: Path, *spared: str) -> None:
    """Delete every version that is neither published nor spared, such as one that a killed ingest left half written."""
    kept = {*published(index_dir), *spared}
    for folder in _folders(index_dir):
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def _folders(index_dir: Path) -> Iterator[Path]:
    versions = index_dir / "versions"
    return (path for path in versions.iterdir() if path.is_dir()) if versions.is_dir() else iter(())


def _hash(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def _sound_database(path: Path) -> bool:
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
        try:
            return bool(db.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
        finally:
            db.close()
    except sqlite3.DatabaseError:
        return False


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
