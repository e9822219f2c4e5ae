"""The published index, searched; a new version is picked up by the next search."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from knowledge.errors import IndexUnavailable
from knowledge.index.embedder import Embedder, Vectors
from knowledge.index.lexicon import Lexicon
from knowledge.index.ranking import FITTED, Candidate, DocumentEvidence, Weights, coverage, rank
from knowledge.index.recogniser import Recogniser
from knowledge.index.vectors import VectorStore
from knowledge.index.version import Manifest, VersionDamaged, folder_of, published, verify
from knowledge.spelling import Spelling
from knowledge.types import Hit, Scope, StageName
from knowledge.words import terms

T = TypeVar("T")

log = logging.getLogger(__name__)

_CANDIDATES, _PHRASINGS, _SENTENCES, _DOCUMENTS = 60, 300, 60, 500


class Index:
    """Search over the version that is published now. Safe to share between threads.

    A damaged version is never opened: the one before it serves, and IndexUnavailable is raised when neither is sound.
    """

    def __init__(self, index_dir: Path, embedder: Embedder, weights: Weights = FITTED) -> None:
        self._dir = index_dir
        self._embedder = embedder
        self._weights = weights
        self._lock = threading.Lock()
        self._open: _Version | None = None
        self._pointer: list[str] = []
        self._damaged: set[str] = set()
        self._vector = lru_cache(maxsize=256)(lambda text: self._embedder.encode([text])[0])

    def search(self, text: str, k: int = 10, stage: StageName | None = None, named: bool = False) -> list[Hit]:
        """The passages of the k best documents, best document first, within a document best passage first.

        stage: whose question it is, or whom it is about when the question names a stage (`named`).
        """
        text, vector = self._read(text)
        with self._lock:
            candidates, documents = self._try(lambda version: version.candidates(text, vector))
        hits = rank(candidates, documents, stage, named, self._weights)
        kept = set(list(dict.fromkeys(hit.passage.doc for hit in hits))[:k])
        return [hit for hit in hits if hit.passage.doc in kept]

    def steps(self, text: str, stage: StageName, k: int = 25) -> list[Hit]:
        """The steps of a stage nearest to the text, best first; a passage's anchor is the step's id."""
        _, vector = self._read(text)
        with self._lock:
            return self._try(lambda version: version.steps(vector, stage, k))

    def scope(self, text: str) -> Scope:
        """Whether the text asks for something that the library is there for."""
        text, vector = self._read(text)
        with self._lock:
            return self._try(lambda version: version.recogniser.scores(text, vector)[1])

    def manifest(self) -> Manifest:
        """What the version in use holds."""
        with self._lock:
            return self._try(lambda version: version.manifest)

    def close(self) -> None:
        """Let go of the files; the next search opens them again."""
        with self._lock:
            self._drop()

    def _read(self, text: str) -> tuple[str, Vectors]:
        # The model takes longest, so it runs outside the lock.
        with self._lock:
            mended = self._try(lambda version: version.spelling(text))
        return mended, self._vector(mended)

    def _try(self, read: Callable[["_Version"], T]) -> T:
        """Read from the version in use; when its files turn out damaged, from the one before it."""
        version = self._current()
        try:
            return read(version)
        except Exception as error:
            try:
                verify(version.folder)
            except VersionDamaged as damage:
                log.error("index version %s is damaged: %s", version.manifest.name, damage)
                self._damaged.add(version.manifest.name)
                self._drop()
                return read(self._current())
            if isinstance(error, sqlite3.Error | RuntimeError | OSError):
                log.warning("index version %s was reopened after %s", version.manifest.name, type(error).__name__)
                self._drop()
                return read(self._current())
            raise

    def _current(self) -> "_Version":
        pointer = published(self._dir)
        if self._open and pointer == self._pointer:
            return self._open
        self._drop()
        self._pointer = pointer
        for name in pointer:
            if name in self._damaged:
                continue
            try:
                folder = folder_of(self._dir, name)
                manifest = verify(folder)
                if manifest.fingerprint != self._embedder.fingerprint:
                    raise IndexUnavailable(
                        f"The index was made with {manifest.model} and EMBEDDING_MODEL is {self._embedder.name}. "
                        "Run python -m ingest to make it again."
                    )
                self._open = _Version(folder, manifest)
                return self._open
            except IndexUnavailable:
                raise
            except VersionDamaged as damage:
                log.error("index version %s is damaged: %s", name, damage)
                self._damaged.add(name)
            except Exception as error:
                # It may pass, as too many open files do, so the next search tries this version again.
                log.error("index version %s cannot be read: %s", name, type(error).__name__)
        self._pointer = []
        if pointer and self._damaged.issuperset(pointer):
            raise IndexUnavailable("The index is damaged. Run python -m ingest to make it again.")
        if pointer:
            raise IndexUnavailable("The index cannot be read just now. Try again; if it lasts, run python -m ingest.")
        raise IndexUnavailable("There is no index yet. Run python -m ingest to make it.")

    def _drop(self) -> None:
        if self._open:
            self._open.close()
            self._open = None
        self._pointer = []


class _Version:
    """One version, opened."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.manifest = folder, manifest
        if not all((folder / name).exists() for name in ("recogniser.npz", "spelling.json")):
            raise IndexUnavailable("The index was made by an earlier release. Run python -m ingest to make it again.")
        self.spelling = Spelling.load(folder / "spelling.json")
        self.recogniser = Recogniser.load(folder / "recogniser.npz")
        self._vectors = VectorStore(folder / "chroma")
        self._lexicon = Lexicon(folder / "passages.sqlite")
        self._step_rows, self._step_vectors = self._vectors.all("steps")
        self._step_passages = {
            row: held.passage for row, held in self._lexicon.passages(set(self._step_rows.tolist())).items()
        }

    def close(self) -> None:
        self._lexicon.close()
        self._vectors.close()

    def candidates(self, text: str, vector: Vectors) -> tuple[list[Candidate], dict[str, DocumentEvidence]]:
        query = terms(text)
        near = {hit.row: hit.cosine for hit in self._vectors.nearest("text", vector, _CANDIDATES)}
        asked: dict[int, list[float]] = {}
        for collection, limit in (("asked", _PHRASINGS), ("said", _SENTENCES)):
            for hit in self._vectors.nearest(collection, vector, limit):
                asked.setdefault(hit.row, []).append(hit.cosine)
        words = {match.row: match.score for match in self._lexicon.match(query, _CANDIDATES)}
        phrased = self._lexicon.match_phrasings(query, _PHRASINGS)
        rarity = self._lexicon.rarity(query)
        candidates: list[Candidate] = []
        phrasings: dict[str, list[float]] = {}
        best: dict[str, float] = {}
        for row, held in self._lexicon.passages(near.keys() | asked.keys() | words.keys()).items():
            passage, cosines = held.passage, asked.get(row, [])
            titled = held.heading == rarity.keys()
            best_cosine = max(cosines, default=None)
            share = coverage(rarity, held.terms)
            candidates.append(Candidate(passage, near.get(row), best_cosine, words.get(row, 0.0), share, titled))
            phrasings.setdefault(passage.doc, []).extend(cosines)
            best[passage.doc] = max(best.get(passage.doc, 0.0), phrased.get(row, 0.0))
        whole = self._lexicon.match_documents(query, _DOCUMENTS)
        recognised, _ = self.recogniser.scores(text, vector)
        return candidates, {
            doc: DocumentEvidence(
                tuple(sorted(cosines, reverse=True)), best[doc], whole.get(doc, 0.0), recognised.get(doc)
            )
            for doc, cosines in phrasings.items()
        }

    def steps(self, vector: Vectors, stage: StageName, k: int) -> list[Hit]:
        if not len(self._step_rows):
            return []
        best: dict[int, float] = {}
        for row, cosine in zip(self._step_rows.tolist(), (self._step_vectors @ vector).tolist(), strict=True):
            if stage in self._step_passages[row].stages:
                best[row] = max(best.get(row, -1.0), cosine)
        order = sorted(best.items(), key=lambda item: -item[1])[:k]
        return [Hit(self._step_passages[row], cosine, cosine, 0.0) for row, cosine in order]
