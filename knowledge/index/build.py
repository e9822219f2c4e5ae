"""Write one complete version of the index."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import IngestRefused
from knowledge.index.embedder import Vectors
from knowledge.index.lexicon import Lexicon
from knowledge.index.recogniser import INSIDE, PHRASING, QUESTION, Example, Recogniser
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
from knowledge.spelling import Spelling
from knowledge.types import Examples, Passage

# Raised when what a version holds, or how, has changed, so that the next ingest writes it anew.
_FORMAT = 6
_HOME = Path(__file__).resolve().parents[2]

Encode = Callable[[Sequence[str]], Vectors]


def digest(
    passages: Sequence[Passage], examples: Examples, documents: Sequence[DocumentRecord], fingerprint: str
) -> str:
    """What a version would hold, as one hash: the same content, from the same places, and model give the same."""
    places = [(record.id, record.title, record.source, record.origin) for record in documents]
    content = json.dumps(
        [_FORMAT, fingerprint, places, [asdict(passage) for passage in passages], asdict(examples)], ensure_ascii=False
    )
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


def to_embed(texts: Sequence[Sequence[str]], examples: Examples) -> tuple[Spelling, list[str]]:
    """The spelling of a version, and all that is embedded for it, so spelled: texts, questions answered, and outside.

    texts: texts_of() each passage.
    """
    plain_texts = [text for group in texts for text in group]
    answered = [question for asked in examples.answered.values() for question in asked]
    outside = [question for asked in examples.outside.values() for question in asked]
    spelling = Spelling.learn(examples.short, [*plain_texts, *answered])
    return spelling, [spelling(text) for text in (*plain_texts, *answered, *outside)]


def write_version(
    index_dir: Path, name: str, passages: Sequence[Passage], examples: Examples, documents: Sequence[DocumentRecord],
    model: str, fingerprint: str, encode: Encode,
) -> Manifest:  # fmt: skip
    """Write, check and publish a version; raises IngestRefused when the check finds it damaged."""
    folder = folder_of(index_dir, name)
    folder.mkdir(parents=True)
    texts = [texts_of(passage) for passage in passages]
    questions = [(doc, question) for doc, asked in examples.answered.items() for question in asked]
    outside = [kind for kind, asked in examples.outside.items() for _ in asked]
    spelling, mended = to_embed(texts, examples)
    spelling.save(folder / "spelling.json")
    vectors = encode(mended)
    rows = np.repeat(np.arange(len(passages)), [len(group) for group in texts])
    first = np.cumsum([0, *(len(group) for group in texts)])[:-1]
    places = _nearest_sections(passages, rows, vectors, [doc for doc, _ in questions])
    by_row: dict[int, list[str]] = {}
    for place, (_, question) in zip(places, questions, strict=True):
        by_row.setdefault(place, []).append(question)
    Lexicon.write(folder / "passages.sqlite", passages, spelling, by_row)

    kinds = np.array([passage.kind for passage in passages])[rows] if passages else np.array([], dtype=str)
    is_text = np.zeros(len(rows), dtype=bool)
    is_text[first] = True
    store = VectorStore(folder / "chroma", create=True)
    steps, own = kinds == "step", kinds == "clinic"
    for collection, chosen in (
        ("text", is_text & ~steps), ("asked", ~is_text & ~steps & ~own), ("said", ~is_text & own), ("steps", steps),
    ):  # fmt: skip
        store.add(collection, rows[chosen].tolist(), vectors[: len(rows)][chosen])
    store.add("asked", places, vectors[len(rows) : len(rows) + len(questions)])
    store.close()

    phrasings = np.flatnonzero(~is_text & ~steps & ~own)
    learnt = [*phrasings.tolist(), *range(len(rows), len(mended))]
    answered = [Example(passages[rows[place]].doc, PHRASING) for place in phrasings]
    answered += [Example(doc, QUESTION) for doc, _ in questions]
    scopes = [Example(INSIDE, example.weight) for example in answered]
    scopes += [Example(kind, QUESTION) for kind in outside]
    Recogniser.fit([mended[place] for place in learnt], vectors[learnt], answered, scopes).save(
        folder / "recogniser.npz"
    )

    held = len(rows) + len(questions)
    _check(folder, held)
    manifest = Manifest(
        name, model, fingerprint, len(passages), held, digest(passages, examples, documents, fingerprint),
        tuple(documents), fingerprints(folder),
    )  # fmt: skip
    manifest.write(folder)
    publish(index_dir, name)
    return manifest


def _nearest_sections(
    passages: Sequence[Passage], rows: NDArray[np.int64], vectors: Vectors, documents: Sequence[str]
) -> list[int]:
    """For each question of a document, the row of the document's passage that is nearest to it in any of its texts."""
    texts: dict[str, list[int]] = {}
    for place, row in enumerate(rows.tolist()):
        texts.setdefault(passages[row].doc, []).append(place)
    nearest = []
    for question, doc in enumerate(documents, start=len(rows)):
        near = texts[doc]
        nearest.append(int(rows[near[int(np.argmax(vectors[near] @ vectors[question]))]]))
    return nearest


def _check(folder: Path, vectors: int) -> None:
    command = [sys.executable, "-m", "knowledge.index.check", str(folder.resolve()), str(vectors)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=3600, check=False, cwd=_HOME)
    if run.returncode:
        last = (run.stderr.strip().splitlines() or [f"it ended with status {run.returncode}"])[-1]
        raise IngestRefused(
            f"The new index failed its check and was not published: {last}. The one before it is still in use."
        )
