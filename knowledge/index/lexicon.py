"""Passages in one SQLite file, and BM25 over their words."""

import json
import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from knowledge.markdown import plain, sentences
from knowledge.spelling import Spelling
from knowledge.types import Passage
from knowledge.words import terms

# How much a word counts in a heading, in the text, and in a way people ask for the passage.
_WEIGHTS = (1.5, 1.0, 1.5)
# More ways of asking than any passage has; a phrasing's number is its passage's row times this, plus its place.
_PHRASINGS = 1024
# Decoding a passage takes longer than finding it, so those read lately are kept; about 20 MB.
_REMEMBERED = 10_000


@dataclass(frozen=True)
class Held:
    """A passage with the terms that it holds, and those of its own heading."""

    passage: Passage
    terms: frozenset[str]
    heading: frozenset[str]


@dataclass(frozen=True)
class Match:
    """A passage by its row number, with its BM25 score, higher is better."""

    row: int
    score: float


class Lexicon:
    """The passages of one version, by row, by id and by their words. Read only; safe to share between threads."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self._read: dict[int, Held] = {}
        self.count: int = self._db.execute("SELECT count(*) FROM passages").fetchone()[0]

    def close(self) -> None:
        self._db.close()

    @staticmethod
    def write(
        file: Path, passages: Sequence[Passage], spelling: Spelling, questions: Mapping[int, Sequence[str]]
    ) -> None:
        """Write passages to a new file; rows count from 0. Steps are kept, but not searched by their words.

        questions: more ways of asking, by row. All words are searched as the spelling has them.
        """
        db = sqlite3.connect(file)
        db.executescript(
            """
            CREATE TABLE passages (row INTEGER PRIMARY KEY, body TEXT NOT NULL, terms TEXT NOT NULL,
                heading TEXT NOT NULL);
            CREATE TABLE documents (number INTEGER PRIMARY KEY, id TEXT NOT NULL);
            CREATE VIRTUAL TABLE words USING fts5(path, text, asked, content='', tokenize='ascii');
            CREATE VIRTUAL TABLE vocabulary USING fts5vocab(words, 'row');
            CREATE VIRTUAL TABLE phrasing_words USING fts5(asked, content='', tokenize='ascii');
            CREATE VIRTUAL TABLE document_words USING fts5(words, content='', tokenize='ascii');
            """
        )
        documents: dict[str, list[str]] = {}
        for row, passage in enumerate(passages):
            text = plain(passage.text)
            # Nobody writes down how people ask for a clinic's own passages; their opening sentence tells their subject.
            asked = (*passage.asked, *questions.get(row, ())) if passage.kind != "clinic" else sentences(text)[:1]
            phrasings = [" ".join(terms(spelling(phrasing))) for phrasing in asked]
            columns = [" ".join(terms(spelling(part))) for part in (" ".join(passage.path), text)]
            heading = " ".join(terms(spelling(passage.section)))
            held = " ".join(sorted(set(" ".join((*columns, *phrasings)).split())))
            body = json.dumps(asdict(passage), ensure_ascii=False)
            db.execute("INSERT INTO passages VALUES (?, ?, ?, ?)", (row, body, held, heading))
            if passage.kind == "step":
                continue
            documents.setdefault(passage.doc, []).extend((*columns, *phrasings))
            db.execute(
                "INSERT INTO words(rowid, path, text, asked) VALUES (?, ?, ?, ?)", (row, *columns, " ".join(phrasings))
            )
            numbered = ((row * _PHRASINGS + number, words) for number, words in enumerate(phrasings[:_PHRASINGS]))
            db.executemany("INSERT INTO phrasing_words(rowid, asked) VALUES (?, ?)", numbered)
        for number, (document, parts) in enumerate(documents.items()):
            db.execute("INSERT INTO documents VALUES (?, ?)", (number, document))
            db.execute("INSERT INTO document_words(rowid, words) VALUES (?, ?)", (number, " ".join(parts)))
        for table in ("words", "phrasing_words", "document_words"):
            db.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")  # noqa: S608
        db.commit()
        db.close()

    def match(self, query: Sequence[str], limit: int) -> list[Match]:
        """The passages that hold any of the terms in headings, text or phrasings, best first."""
        return self._best("words", ", ".join(map(str, _WEIGHTS)), query, limit)

    def match_phrasings(self, query: Sequence[str], limit: int) -> dict[int, float]:
        """Passages by row, with the score of the one way of asking for them that matches best."""
        best: dict[int, float] = {}
        for match in self._best("phrasing_words", "1.0", query, limit):
            best.setdefault(match.row // _PHRASINGS, match.score)
        return best

    def match_documents(self, query: Sequence[str], limit: int) -> dict[str, float]:
        """Documents by id, each scored on all of its words at once."""
        found = self._best("document_words", "1.0", query, limit)
        marks = ",".join("?" * len(found))
        numbers = [match.row for match in found]
        names = dict(self._db.execute(f"SELECT number, id FROM documents WHERE number IN ({marks})", numbers))  # noqa: S608
        return {names[match.row]: match.score for match in found}

    def _best(self, table: str, weights: str, query: Sequence[str], limit: int) -> list[Match]:
        if not query:
            return []
        wanted = " OR ".join(f'"{term}"' for term in dict.fromkeys(query))
        rows = self._db.execute(
            f"SELECT rowid, -bm25({table}, {weights}) AS score FROM {table} WHERE {table} MATCH ? "  # noqa: S608
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

    def passages(self, rows: Iterable[int]) -> dict[int, Held]:
        """Passages by row number."""
        wanted = list(rows)
        if len(self._read) > _REMEMBERED:
            self._read.clear()
        missing = [row for row in wanted if row not in self._read]
        marks = ",".join("?" * len(missing))
        found = self._db.execute(f"SELECT row, body, terms, heading FROM passages WHERE row IN ({marks})", missing)  # noqa: S608
        for row, body, held, heading in found:
            self._read[row] = Held(_passage(body), frozenset(held.split()), frozenset(heading.split()))
        return {row: self._read[row] for row in wanted}

    def all(self) -> list[Passage]:
        """Every passage, in row order."""
        return [_passage(body) for (body,) in self._db.execute("SELECT body FROM passages ORDER BY row")]


def _passage(body: str) -> Passage:
    fields: dict[str, Any] = json.loads(body)
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
    return Passage(**values)
