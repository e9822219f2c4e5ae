"""Write one complete version of the index."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from knowledge.errors import IngestRefused
from knowledge.index.embedder import Vectors
from knowledge.index.lexicon import Lexicon
from knowledge.index.vectors import VectorStore
from knowledge.index.version import (
    DocumentRecord,
    Manifest,
    VersionDamaged,
    fingerprints,
    folder_of,
    publish,
    published,
    verify,
)  # fmt: skip
from knowledge.markdown import plain, sentences
from knowledge.types import Passage

# Raised when what a version holds, or how, has changed, so that the next ingest writes it anew.
_FORMAT = 2
_HOME = Path(__file__).resolve().parents[2]

Encode = Callable[[Sequence[str]], Vectors]


def digest(passages: Sequence[Passage], documents: Sequence[DocumentRecord], fingerprint: str) -> str:
    """What a version would hold, as one hash: the same passages, from the same places, and model give the same."""
    places = [(record.id, record.title, record.source, record.origin) for record in documents]
    content = json.dumps([_FORMAT, fingerprint, places, [asdict(passage) for passage in passages]], ensure_ascii=False)
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def texts_of(passage: Passage) -> list[str]:
    """What is embedded for a passage: its headings with its text, then each way people ask for it.

    Nobody writes down how people ask for a clinic's own passages; their sentences stand in for that.
    """
    asked = sentences(plain(passage.text)) if passage.kind == "clinic" else passage.asked
    return [" > ".join(passage.path) + "\n" + plain(passage.text), *asked]


def read_back(index_dir: Path) -> tuple[Manifest, list[Passage]] | None:
    """The newest version whose passages can be read, whatever became of its vectors or of the pointer."""
    # A manifest is the last thing written, so its time is its version's; two names of one second tell nothing.
    manifests = sorted((index_dir / "versions").glob("*/manifest.json"), key=lambda path: -path.stat().st_mtime_ns)
    for name in dict.fromkeys([*published(index_dir), *(path.parent.name for path in manifests)]):
        try:
            folder = folder_of(index_dir, name)
            manifest = verify(folder, only="passages")
        except VersionDamaged:
            continue
        lexicon = Lexicon(folder / "passages.sqlite")
        try:
            return manifest, lexicon.all()
        finally:
            lexicon.close()
    return None


def write_version(
    index_dir: Path, name: str, passages: Sequence[Passage], documents: Sequence[DocumentRecord],
    model: str, fingerprint: str, encode: Encode,
) -> Manifest:  # fmt: skip
    """Write, check and publish a version; raises IngestRefused when the check finds it damaged."""
    folder = folder_of(index_dir, name)
    folder.mkdir(parents=True)
    Lexicon.write(folder / "passages.sqlite", passages)
    places: dict[str, tuple[list[int], list[str]]] = {"text": ([], []), "asked": ([], []), "steps": ([], [])}
    for row, passage in enumerate(passages):
        first, *asked = texts_of(passage)
        steps = passage.kind == "step"
        for collection, texts in (("steps" if steps else "text", [first]), ("steps" if steps else "asked", asked)):
            places[collection][0].extend([row] * len(texts))
            places[collection][1].extend(texts)
    vectors = encode([text for _, texts in places.values() for text in texts])
    store = VectorStore(folder / "chroma", create=True)
    start = 0
    for collection, (rows, texts) in places.items():
        store.add(collection, rows, np.ascontiguousarray(vectors[start : start + len(texts)]))
        start += len(texts)
    store.close()
    _check(folder, start)
    manifest = Manifest(
        name,
        model,
        fingerprint,
        len(passages),
        start,
        digest(passages, documents, fingerprint),
        tuple(documents),
        fingerprints(folder),
    )
    manifest.write(folder)
    publish(index_dir, name)
    return manifest


def _check(folder: Path, vectors: int) -> None:
    command = [sys.executable, "-m", "knowledge.index.check", str(folder.resolve()), str(vectors)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=3600, check=False, cwd=_HOME)
    if run.returncode:
        last = (run.stderr.strip().splitlines() or [f"it ended with status {run.returncode}"])[-1]
        raise IngestRefused(
            f"The new index failed its check and was not published: {last}. The one before it is still in use."
        )
