"""Embeddings kept by model and text, so that an unchanged passage costs nothing."""

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from knowledge.index.embedder import Embedder, Vectors

_BATCH = 512

Progress = Callable[[int, int], None]


class EmbeddingCache:
    """A file of vectors in front of an embedder. One writer at a time: the ingest that holds the lock.

    embedded: how many texts the model was asked for; reused: how many it was spared.
    """

    def __init__(self, file: Path, embedder: Embedder, progress: Progress) -> None:
        self._embedder, self._progress = embedder, progress
        try:
            self._db = _opened(file)
        except sqlite3.DatabaseError:
            # It holds nothing that cannot be computed again.
            file.unlink()
            self._db = _opened(file)
        self.embedded = self.reused = 0
        self._asked: set[bytes] = set()

    def close(self) -> None:
        self._db.close()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row for each text; what the model computes is committed batch by batch, so a killed ingest resumes."""
        keys = [self._key(text) for text in texts]
        self._asked.update(keys)
        held = dict(self._read(keys))
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in held}
        # Texts of like length share a batch, which spares the model its padding.
        order = sorted(missing.items(), key=lambda item: len(item[1]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            self._progress(start, len(order))
            rows = self._embedder.encode([text for _, text in batch])
            found = [(key, row) for (key, _), row in zip(batch, rows, strict=True)]
            self._db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, 1)", ((key, row.tobytes()) for key, row in found)
            )
            self._db.commit()
            held.update(found)
        self._progress(len(order), len(order))
        self.embedded, self.reused = len(order), len(held) - len(order)
        return np.stack([held[key] for key in keys])

    def forget_unused(self) -> None:
        """Drop the vectors of every text that was asked for neither since this was opened nor the time before."""
        self._db.execute("UPDATE vectors SET used = used - 1")
        self._db.executemany("UPDATE vectors SET used = 1 WHERE key = ?", ((key,) for key in self._asked))
        self._db.execute("DELETE FROM vectors WHERE used < 0")
        self._db.commit()

    def _key(self, text: str) -> bytes:
        return hashlib.blake2b(f"{self._embedder.fingerprint}\0{text}".encode(), digest_size=16).digest()

    def _read(self, keys: Sequence[bytes]) -> list[tuple[bytes, Vectors]]:
        found: list[tuple[bytes, Vectors]] = []
        for start in range(0, len(keys), _BATCH):
            batch = keys[start : start + _BATCH]
            marks = ",".join("?" * len(batch))
            rows = self._db.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", batch)  # noqa: S608
            found += [(key, np.frombuffer(vector, dtype=np.float32)) for key, vector in rows]
        return found


def _opened(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file)
    try:
        db.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB, used INTEGER) WITHOUT ROWID")
        if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("the cache is damaged")
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
