"""Measure the coach: make bench. Every figure comes after a warm-up; ingests go to a temporary folder.

--large    search among 100,000 passages, too; writing them takes several minutes
"""

import logging
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bot.coach import coach as core
from bot.coach.types import Message, Profile
from bot.wiring import build
from ingest.fetch import Fetcher
from ingest.pipeline import Request, ingest, step_passages
from knowledge.index import search as searching
from knowledge.index.build import texts_of, to_embed, write_version
from knowledge.index.embedder import Embedder, Vectors
from knowledge.index.search import Index
from knowledge.library import load
from knowledge.settings import load_settings
from knowledge.types import Examples, Passage
from tests.eval.evaluate import read

WARM_UP, REPEATS = 20, 2


def main() -> None:
    """Print one line for each measurement."""
    logging.basicConfig(level=logging.ERROR)
    first_answer()
    warm_answers()
    ingests()
    for size in (1_000, 10_000, *([100_000] if "--large" in sys.argv else [])):
        search_among(size)


def first_answer() -> None:
    """A new process, from its start to its first answer."""
    command = [sys.executable, "-m", "bot", "ask", "how do I greet a caller"]
    seconds = []
    for _ in range(1 + REPEATS):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - started)
    print(f"start to first answer: {min(seconds[1:]):.1f} s")


def warm_answers() -> None:
    """Answers to the labelled questions in one process, and where their time goes."""
    app = build(load_settings())
    questions = [(row["question"], row["stage"]) for row in read("retrieval")]
    for question, stage in questions[:WARM_UP]:
        app.service.answer(Message(question), Profile(stage))
    version = app.index._open
    assert version is not None
    spent: dict[str, list[float]] = {}
    stages = [
        (app.embedder, "encode", "embed the question"),
        (version, "candidates", "search vectors and words"),
        (searching, "rank", "rank"),
        (core, "compose", "compose"),
        (core, "next_step", "choose the next step"),
    ]
    total = []
    with timed(stages, spent):
        for _ in range(REPEATS):
            for question, stage in questions:
                # A question asked before would be spared its embedding.
                asked = Message(f"{question} {random.randrange(10**6)}")
                total.append(app.service.answer(asked, Profile(stage)).ms)
    print(f"warm answer: {quantiles(total)}")
    for label, values in spent.items():
        print(f"    {label}: {quantiles(values)}")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most in this process")


def ingests() -> None:
    """The library ingested from nothing, beside the bare model on the same texts, and again with nothing changed."""
    library = load(load_settings().knowledge_dir)
    passages = (*library.passages(), *step_passages(library))
    _, texts = to_embed([texts_of(passage) for passage in passages], library.examples)
    embedder = Embedder()
    embedder.encode(texts[:200])
    started = time.perf_counter()
    embedder.encode(sorted(set(texts), key=len))
    bare = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder, Fetcher() as fetcher:
        for label in ("ingest of the library", "ingest with nothing changed"):
            started = time.perf_counter()
            ingest(Request(), Path(folder), library, embedder, fetcher, datetime.now(UTC), lambda *_: None)
            took = time.perf_counter() - started
            share = f", {took / bare:.2f} times the bare model's {bare:.1f} s" if label.endswith("library") else ""
            print(f"{label}: {took:.1f} s, {len(texts) / took:.0f} texts a second{share}")


def search_among(size: int) -> None:
    """Search by vector and words among made-up passages; the model itself is left out."""
    rng = np.random.default_rng(7)
    words = [f"word{number}" for number in range(5000)]
    picks = rng.zipf(1.3, size=(size, 60)) % len(words)
    passages = [
        Passage(
            f"guides/{number // 20}",
            f"a{number}",
            ("Guide", f"Section {number}"),
            " ".join(words[p] for p in row),
            "guide",
        )
        for number, row in enumerate(picks)
    ]
    embedder = RandomEmbedder()
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        write_version(
            Path(folder), "bench", passages, Examples({}, {}, {}), [],
            embedder.name, embedder.fingerprint, embedder.encode,
        )  # fmt: skip
        wrote = time.perf_counter() - started
        index = Index(Path(folder), embedder)
        asked = [" ".join(random.choices(words, k=6)) for _ in range(WARM_UP + 300)]
        times = [milliseconds(lambda text=text: index.search(text)) for text in asked][WARM_UP:]
        index.close()
    print(f"search among {size:,} passages: {quantiles(times)}; written and checked in {wrote:.0f} s")


class RandomEmbedder(Embedder):
    """Unit vectors that depend on nothing but the text, at no cost."""

    fingerprint = "random"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One random row for each text."""
        rows = np.random.default_rng(len(texts)).standard_normal((len(texts), 384), dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@contextmanager
def timed(stages: Sequence[tuple[Any, str, str]], spent: dict[str, list[float]]) -> Iterator[None]:
    """Record how long each of some callables takes, in milliseconds."""
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in stages]

    def watch(call: Callable[..., Any], label: str) -> Callable[..., Any]:
        def watched(*args: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return call(*args, **named)
            finally:
                spent.setdefault(label, []).append((time.perf_counter() - started) * 1000)

        return watched

    for (owner, name, call), (_, _, label) in zip(before, stages, strict=True):
        setattr(owner, name, watch(call, label))
    try:
        yield
    finally:
        for owner, name, call in before:
            setattr(owner, name, call)


def milliseconds(call: Callable[[], object]) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def quantiles(values: Sequence[float]) -> str:
    """The median and the 95th percentile in words."""
    ordered = sorted(values)
    return f"p50 {statistics.median(ordered):.1f} ms, p95 {ordered[int(len(ordered) * 0.95)]:.1f} ms"


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    main()
