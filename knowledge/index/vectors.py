"""Vectors in a Chroma folder: four collections in cosine space, their ids the passages' row numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.index.embedder import Vectors

# text: one vector a passage. asked: one for each phrasing. said: one for each sentence of a clinic's own documents,
# apart, since so many phrasings would crowd them out. steps: texts and phrasings of the steps of the ladder.
COLLECTIONS = ("text", "asked", "said", "steps")
_BATCH = 2000
_WIDE = 100
_SAME = 1e-4
_SPACE = {"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 24}}


@dataclass(frozen=True)
class Nearest:
    """A row number and its cosine similarity to the query."""

    row: int
    cosine: float


class VectorStore:
    """The vectors of one version. Each folder is opened once in a process, and closed before it is deleted."""

    def __init__(self, folder: Path, create: bool = False) -> None:
        import chromadb
        from chromadb.config import Settings

        self._client: Any = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        make = self._client.create_collection if create else self._client.get_collection
        extra: dict[str, Any] = {"configuration": _SPACE} if create else {}
        self._collections: dict[str, Any] = {name: make(name, embedding_function=None, **extra) for name in COLLECTIONS}
        self.counts = {name: 0 if create else collection.count() for name, collection in self._collections.items()}

    def close(self) -> None:
        self._client.close()

    def add(self, collection: str, rows: Sequence[int], vectors: Vectors) -> None:
        """Add vectors; a row number may come several times."""
        for start in range(0, len(rows), _BATCH):
            part = range(start, min(start + _BATCH, len(rows)))
            ids = [f"{rows[place]}.{self.counts[collection] + place}" for place in part]
            self._collections[collection].add(ids=ids, embeddings=vectors[part.start : part.stop])
        self.counts[collection] += len(rows)

    def nearest(self, collection: str, vector: Vectors, limit: int) -> list[Nearest]:
        """The vectors nearest to a vector, best first; a row comes once for each of its vectors among them."""
        limit = min(limit, self.counts[collection])
        if not limit:
            return []
        found = self._collections[collection].query(
            query_embeddings=vector[None, :], n_results=limit, include=["distances"]
        )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [Nearest(int(key.partition(".")[0]), 1.0 - float(distance)) for key, distance in pairs]

    def all(self, collection: str) -> tuple[NDArray[np.int64], Vectors]:
        """Every vector of a small collection with its row number, to be searched in memory."""
        page = self._collections[collection].get(include=["embeddings"])
        rows = np.array([int(key.partition(".")[0]) for key in page["ids"]], dtype=np.int64)
        return rows, np.asarray(page["embeddings"], dtype=np.float32)

    def lost(self) -> list[str]:
        """The ids that a search by their own vector does not find; an equal text's vector counts as their own.

        The steps are left out: they are searched in memory.
        """
        missing = []
        for name in COLLECTIONS[:3]:
            collection = self._collections[name]
            ids: list[str] = collection.get(include=[])["ids"]
            for start in range(0, len(ids), _BATCH):
                page = collection.get(ids=ids[start : start + _BATCH], include=["embeddings"])
                vectors = np.asarray(page["embeddings"], dtype=np.float32)
                suspects = _not_found(collection, page["ids"], vectors, 1)
                # Among many near-duplicates the graph may lead past the one; a wider search is the fair question.
                wide = min(_WIDE, self.counts[name])
                again = [page["ids"].index(key) for key in suspects]
                if again:
                    suspects = _not_found(collection, suspects, vectors[again], wide)
                missing += [f"{name}/{key}" for key in suspects]
        return missing


def _not_found(collection: Any, ids: Sequence[str], vectors: Vectors, limit: int) -> list[str]:
    found = collection.query(query_embeddings=vectors, n_results=limit, include=["distances"])
    rows = zip(ids, found["ids"], found["distances"], strict=True)
    return [key for key, hits, distances in rows if key not in hits and (not hits or distances[0] > _SAME)]
