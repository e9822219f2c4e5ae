"""Passages in one SQLite file, and BM25 over their words."""

import json
import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from knowledge.markdown import plain, sentences
from knowledge.types import Passage
from knowledge.words import terms

# How much a word counts in a heading, in the text, and in a way people ask for the passage.
_WEIGHTS = (1.5, 1.0, 1.5)
# Decoding a passage takes longer than finding it, so those read lately are kept; about 20 MB.
_REMEMBERED = 10_000


@dataclass(frozen=True)
class Match:
    """A passage by its row number, with its BM25 score, higher is better."""

    row: int
    score: float


class Lexicon:
    """The passages of one version, by row, by id and by their words. Read only; safe to share between threads."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._read: dict[int, tuple[Passage, frozenset[str]]] = {}
        self.count: int = self._db.execute("SELECT count(*) FROM passages").fetchone()[0]

    def close(self) -> None:
        self._db.close()

    @staticmethod
    def write(file: Path, passages: Iterable[Passage]) -> None:
        """Write passages to a new file; rows count from 0. Steps are kept, but not searched by their words."""
        db = sqlite3.connect(file)
        db.executescript(
            """
            CREATE TABLE passages (row INTEGER PRIMARY KEY, body TEXT NOT NULL, terms TEXT NOT NULL);
            CREATE VIRTUAL TABLE words USING fts5(path, text, asked, content='', tokenize='ascii');
            CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row');
            """
        )
        for row, passage in enumerate(passages):
            text = plain(passage.text)
            # Nobody writes down how people ask for a clinic's own passages; their opening sentence tells their subject.
            asked = " ".join(passage.asked) if passage.kind != "clinic" else " ".join(sentences(text)[:1])
            columns = [" ".join(terms(part)) for part in (" ".join(passage.path), text, asked)]
            held = " ".join(sorted(set(" ".join(columns).split())))
            body = json.dumps(asdict(passage), ensure_ascii=False)
            db.execute("INSERT INTO passages VALUES (?, ?, ?)", (row, body, held))
            if passage.kind != "step":
                db.execute("INSERT INTO words(rowid, path, text, asked) VALUES (?, ?, ?, ?)", (row, *columns))
        db.execute("INSERT INTO words(words) VALUES ('optimize')")
        db.commit()
        db.close()

    def match(self, query: Sequence[str], limit: int) -> list[Match]:
        """The passages that hold any of the terms, best first."""
        if not query:
            return []
        wanted = " OR ".join(f'"{term}"' for term in dict.fromkeys(query))
        rows = self._db.execute(
            f"SELECT rowid, -bm25(words, {', '.join(map(str, _WEIGHTS))}) AS score FROM words WHERE words MATCH ? "  # noqa: S608
            "ORDER BY score DESC LIMIT ?",
            (wanted, limit),
        )
        return [Match(row, score) for row, score in rows]

    def rarity(self, query: Sequence[str]) -> dict[str, float]:
        """Each distinct term's inverse document frequency; a term that no passage holds is the rarest."""
        wanted = list(dict.fromkeys(query))
        marks = ",".join("?" * len(wanted))
        held = dict(self._db.execute(f"SELECT term, doc FROM vocabulary WHERE term IN ({marks})", wanted))  # noqa: S608
        return {term: math.log(1 + (self.count + 0.5) / (held.get(term, 0) + 0.5)) for term in wanted}

    def passages(self, rows: Iterable[int]) -> dict[int, tuple[Passage, frozenset[str]]]:
        """Passages by row number, each with the terms it holds."""
        wanted = list(rows)
        if len(self._read) > _REMEMBERED:
            self._read.clear()
        missing = [row for row in wanted if row not in self._read]
        marks = ",".join("?" * len(missing))
        found = self._db.execute(f"SELECT row, body, terms FROM passages WHERE row IN ({marks})", missing)  # noqa: S608
        self._read.update((row, (_passage(body), frozenset(held.split()))) for row, body, held in found)
        return {row: self._read[row] for row in wanted}

    def all(self) -> list[Passage]:
        """Every passage, in row order."""
        return [_passage(body) for (body,) in self._db.execute("SELECT body FROM passages ORDER BY row")]


def _passage(body: str) -> Passage:
    fields: dict[str, Any] = json.loads(body)
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
    return Passage(**values)
