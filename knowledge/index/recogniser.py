"""Which document a question asks for, and whether it is for the library at all, learnt from how people ask.

A linear discriminant in closed form: least squares on class indicators, over a question's embedding and its hashed runs
of letters. Documents are given the same weight, scopes theirs as they come. It sees what the phrasings of a document
have in common, which no single one of them shows, and takes seconds to fit.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.index.embedder import Vectors
from knowledge.types import Scope

INSIDE = "inside"
# Runs of this many letters within a word, its edges included, hashed into so many columns, at this weight beside the
# embedding's unit length. Chosen, as is the ridge, on tests/eval/retrieval.jsonl.
_RUNS, _COLUMNS, _WEIGHT, _RIDGE = range(3, 6), 2048, 0.6, 1.0
# The phrasings of sections are many and written by one hand; questions of documents are as people type them.
PHRASING, QUESTION = 0.5, 1.5


@dataclass(frozen=True)
class Example:
    """A text that stands for a class: a document's id, INSIDE or a reason of Outside."""

    label: str
    weight: float


class Recogniser:
    """Scores for documents and for scope, from two linear maps."""

    def __init__(self, documents: Sequence[str], scopes: Sequence[str], weights: NDArray[np.float32]) -> None:
        self._documents, self._scopes, self._weights = list(documents), list(scopes), weights

    @classmethod
    def fit(
        cls, texts: Sequence[str], vectors: Vectors, documents: Sequence[Example], scopes: Sequence[Example]
    ) -> "Recogniser":
        """Learn from texts and their vectors: the first are examples of documents, all are examples of scope."""
        features = _features(texts, vectors)
        document_names, to_documents = _discriminant(features[: len(documents)], documents, balanced=True)
        # Scope is judged as it comes: most of what people ask is for the library.
        scope_names, to_scopes = _discriminant(features, scopes, balanced=False)
        return cls(document_names, scope_names, np.hstack([to_documents, to_scopes]).astype(np.float32))

    def scores(self, text: str, vector: Vectors) -> tuple[dict[str, float], Scope]:
        """How much the text asks for each document, and its scope."""
        found = (_features([text], vector[None, :]) @ self._weights)[0].tolist()
        scope = dict(zip(self._scopes, found[len(self._documents) :], strict=True))
        inside = scope.pop(INSIDE, 0.0)
        return dict(zip(self._documents, found, strict=False)), Scope(inside, scope)  # type: ignore[arg-type]

    def save(self, file: Path) -> None:
        """Write it to a file; load() reads it back."""
        np.savez(
            file,
            weights=self._weights,
            documents=np.array(self._documents, dtype=str),
            scopes=np.array(self._scopes, dtype=str),
        )

    @classmethod
    def load(cls, file: Path) -> "Recogniser":
        """The one that save() wrote."""
        with np.load(file, allow_pickle=False) as held:
            return cls(held["documents"].tolist(), held["scopes"].tolist(), held["weights"])


def _discriminant(
    features: NDArray[np.float32], examples: Sequence[Example], balanced: bool
) -> tuple[list[str], NDArray[np.float64]]:
    names = sorted({example.label for example in examples})
    if not names:
        return [], np.zeros((features.shape[1], 0))
    places = {name: place for place, name in enumerate(names)}
    labels = np.array([places[example.label] for example in examples])
    weights = np.array([example.weight for example in examples])
    if balanced:
        mass = np.bincount(labels, weights=weights, minlength=len(names))
        weights = weights / mass[labels] * mass.mean()
    targets = np.zeros((len(labels), len(names)))
    targets[np.arange(len(labels)), labels] = 1.0
    solve = _by_column if len(features) > features.shape[1] else _by_row
    return names, solve(features, targets, weights)


def _by_column(
    features: NDArray[np.float32], targets: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    weighted = (features * weights[:, None].astype(np.float32)).T
    gram = (weighted @ features).astype(np.float64)
    solved = np.linalg.solve(gram + _RIDGE * np.eye(len(gram)), weighted.astype(np.float64) @ targets)
    return np.asarray(solved, dtype=np.float64)


def _by_row(
    features: NDArray[np.float32], targets: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    # The same map in its dual form, which is far smaller when there are fewer examples than columns.
    gram = (features @ features.T).astype(np.float64)
    solved = np.linalg.solve(gram + _RIDGE * np.diag(1 / weights), targets)
    return np.asarray(features.T.astype(np.float64) @ solved, dtype=np.float64)


def _features(texts: Sequence[str], vectors: Vectors) -> NDArray[np.float32]:
    runs = np.zeros((len(texts), _COLUMNS), dtype=np.float32)
    for row, text in enumerate(texts):
        for run in _runs(text):
            code = zlib.crc32(run.encode())
            runs[row, code % _COLUMNS] += 1.0 if code & 0x100000 else -1.0
    runs = np.sign(runs) * np.log1p(np.abs(runs))
    runs *= _WEIGHT / np.maximum(np.linalg.norm(runs, axis=1, keepdims=True), 1e-9)
    return np.hstack([np.asarray(vectors, dtype=np.float32), runs, np.ones((len(texts), 1), dtype=np.float32)])


def _runs(text: str) -> list[str]:
    words = re.sub(r"[^a-z0-9]+", " ", re.sub(r"['\u2019]", "", text.lower())).split()
    found = [f"w:{word}" for word in words] + [f"{one}_{two}" for one, two in pairwise(words)]
    for word in words:
        edged = f" {word} "
        for length in _RUNS:
            found += [edged[start : start + length] for start in range(max(1, len(edged) - length + 1))]
    return found
