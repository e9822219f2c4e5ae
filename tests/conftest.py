"""What all tests share: nothing here or below touches the real index, the network or a model unless a test says so."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

# Before anything imports huggingface_hub, which reads it once.
os.environ["HF_HUB_OFFLINE"] = "1"

import hypothesis
import numpy as np
import pytest

from ingest.fetch import Fetcher
from ingest.pipeline import Request, Summary, ingest
from knowledge.index import build
from knowledge.index.check import check
from knowledge.index.embedder import Vectors
from knowledge.index.search import Index
from knowledge.library import load
from knowledge.settings import LIBRARY, Settings
from knowledge.types import STAGES, Wording
from knowledge.words import terms

hypothesis.settings.register_profile("tests", deadline=None)
hypothesis.settings.load_profile("tests")

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
# Words that the fake embedder takes for one another, as a model would.
ALIKE = {"furious": "angry", "livid": "angry"}


class FakeEmbedder:
    """An Embedder whose vectors are hashed bags of stems: texts that share words are near, and nothing is loaded.

    encoded: every text it was asked for, in order.
    """

    def __init__(self, name: str = "fake", dimensions: int = 512) -> None:
        self.name, self.dimensions = name, dimensions
        self.fingerprint = f"{name}@1"
        self.encoded: list[str] = []

    def load(self) -> None:
        pass

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.encoded += texts
        return np.stack([_bag(text, self.dimensions) for text in texts])


def _bag(text: str, dimensions: int) -> Vectors:
    row = np.full(dimensions, 1e-3, dtype=np.float32)
    for word in re.findall(r"\w+", text.lower()):
        for term in terms(ALIKE.get(word, word)):
            row[_place(term, dimensions)] += 1
    return row / np.linalg.norm(row)


@cache
def _place(term: str, dimensions: int) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=4).digest()) % dimensions


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in an empty folder, with no setting but an index of the test's own."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("INDEX_DIR", str(tmp_path / "index"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # For the processes that the code under test starts.
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def small_library(tmp_path: Path) -> Path:
    """A valid content folder, small enough to read in a test, and a test's own to spoil."""
    return write_library(tmp_path / "knowledge")


@dataclass
class Desk:
    """An index folder with the small library, and the ways to fill and ask it."""

    knowledge: Path
    index_dir: Path
    embedder: FakeEmbedder

    def ingest(self, *sources: object, fetcher: Fetcher | None = None, **request: object) -> Summary:
        """One ingest of the sources; `request` holds the other fields of a Request."""
        wanted = Request([str(source) for source in sources], **request)  # type: ignore[arg-type]
        library = load(self.knowledge)
        with fetcher or Fetcher() as taken:
            return ingest(wanted, self.index_dir, library, self.embedder, taken, NOW, silent)  # type: ignore[arg-type]

    def index(self) -> Index:
        return Index(self.index_dir, self.embedder)  # type: ignore[arg-type]

    def found(self, words: str) -> list[str]:
        """The ids of the passages that a search finds, in a freshly opened index."""
        index = self.index()
        try:
            return [hit.passage.id for hit in index.search(words)]
        finally:
            index.close()


def silent(phase: str, done: int, total: int | None) -> None:
    """A Progress that tells no one."""


@pytest.fixture(scope="session")
def _indexed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("indexed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        Desk(write_library(folder / "knowledge"), folder / "index", FakeEmbedder()).ingest()
    return folder


@pytest.fixture
def indexed(_indexed_once: Path, tmp_path: Path, embedder: FakeEmbedder) -> Desk:
    """The small library, indexed: a copy of the test's own."""
    shutil.copytree(_indexed_once, tmp_path, dirs_exist_ok=True)
    return Desk(tmp_path / "knowledge", tmp_path / "index", embedder)


@pytest.fixture
def opened(indexed: Desk) -> Iterator[Index]:
    index = indexed.index()
    yield index
    index.close()


@pytest.fixture
def check_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check a new version in this process, which is sound and spares a second for each ingest."""

    def check_in_process(folder: Path, vectors: int) -> None:
        problem = check(folder, vectors)
        assert problem is None, problem

    monkeypatch.setattr(build, "_check", check_in_process)


GUIDE = """\
---
slug: {slug}
title: {title}
promise: Do it well.
stages: [entry, senior]
reviewed: 2026-11-22
sources:
  - cite: AHRQ, 2019
    title: A toolkit
    url: https://example.org/toolkit
---

{body}
"""

TELEPHONE = """\
## How do I open a call?

Asked as: what do i say when the phone rings | greeting for callers

Open every call with the clinic's name, your own name and an offer of help (AHRQ, 2019).

## How do I put a caller on hold?

Asked as: can i park them | muzak time

Ask before you press the button, and wait for the answer. See [Billing](billing.md).
"""

BILLING = """\
## What is a deductible?

Asked as: what is the yearly amount people pay first

A deductible is what a patient owes before the insurer pays (AHRQ, 2019).

## Who explains a statement?

Asked as: bill questions go where

The billing line explains each statement, charge by charge.
"""

SCRIPT = """\
---
slug: angry-bill
title: The patient is angry about a bill
stages: [entry]
guides: [billing]
takes_over: the office manager
reviewed: 2026-11-22
situations: [angry caller shouting over an invoice]
sources: []
---

## Say first

"I hear you. Let us look at it together."

## Check identity

"Please tell me your full name."

## Acknowledge

"That is a surprise nobody wants."

## Explain

"This is the part that the plan left to you."

## Offer

"I can connect you with {billing line}."

## Close

"Here is what happens next."

## If they push back

### "I am not paying."

"I understand. Let me note that."

### "Get me the owner."

"I will ask {manager} to call you."

### "You always do this."

"Tell me about the last time."

## Write down

The date and the promise.

## Never say

"Calm down."

## Hand over when

There is a threat. See [Telephone](../guides/telephone.md).

## Short form

"I hear you, and I will find out."
"""

HUDDLES = """\
- id: phones-smile
  theme: Phones
  opening: A smile can be heard.
  question: Who called you last?
  drill: Open three calls in pairs.
  number: Calls opened well.
  behind: guides/telephone
  when: [monday]
  short: Smile first.
"""

ABBREVIATIONS = """\
pt: patient
appt: appointment
w/: with
"f/u": follow up
ded: deductible
"""

# What people type for each document, by file.
QUESTIONS = {
    "guides.md": """\
Questions that a guide answers first.

## guides/telephone

- somebody beeped while i was chatting
- my voice shakes when it is my turn

## guides/billing

- how much does a patient owe before her plan pays
- envelope with a total nobody understands
""",
    "scripts.md": """\
## scripts/angry-bill

- slammed a receipt on my counter
""",
    "outside.md": """\
What the library does not answer.

## clinical

- is a fever of 103 dangerous
- can she take ibuprofen for the rash

## legal

- can we be sued for this

## fact-not-held

- what is the fax number of the lab

## other-work

- how do i draw blood

## off-topic

- best pizza in town
""",
}

SLOTS = """\
billing line: our billing office
manager: our office manager
"""


def write_library(folder: Path) -> Path:
    """A small, valid KNOWLEDGE_DIR: five stages and a faq, two guides, a script, huddles, slots, wording, questions."""
    for kind in ("guides", "scripts", "huddles", "questions"):
        (folder / kind).mkdir(parents=True)
    (folder / "guides/telephone.md").write_text(
        GUIDE.format(slug="telephone", title="Telephone", body=TELEPHONE), encoding="utf-8"
    )
    (folder / "guides/billing.md").write_text(
        GUIDE.format(slug="billing", title="Billing", body=BILLING), encoding="utf-8"
    )
    (folder / "scripts/angry-bill.md").write_text(SCRIPT, encoding="utf-8")
    (folder / "huddles/phones.yaml").write_text(HUDDLES, encoding="utf-8")
    (folder / "slots.yaml").write_text(SLOTS, encoding="utf-8")
    (folder / "abbreviations.yaml").write_text(ABBREVIATIONS, encoding="utf-8")
    for name, text in QUESTIONS.items():
        (folder / "questions" / name).write_text(text, encoding="utf-8")
    wording = "".join(f"{field.name}: The sentence for {field.name}.\n" for field in fields(Wording))
    (folder / "wording.yaml").write_text(wording, encoding="utf-8")
    # The shipped figures and words on pay, with sections that are here for their sources.
    pay = (LIBRARY / "pay.yaml").read_text(encoding="utf-8")
    pay = re.sub(r"guides/salary-calculator#\S+", "guides/telephone#how-do-i-open-a-call", pay)
    pay = re.sub(r"guides/cmaa-salary-report#\S+", "guides/billing#what-is-a-deductible", pay)
    (folder / "pay.yaml").write_text(pay, encoding="utf-8")
    shutil.copy(LIBRARY / "wages.csv", folder / "wages.csv")
    (folder / "roadmap.md").write_text(_roadmap(), encoding="utf-8")
    (folder / "stages.yaml").write_text("".join(_stage(name) for name in STAGES), encoding="utf-8")
    return folder


def _roadmap() -> str:
    chapters = [_chapter(name, f"the {name} rung") for name in STAGES] + [_chapter("faq", "everyone")]
    links = "See [Telephone](guides/telephone.md) and [Billing](guides/billing.md).\n"
    return "---\ntitle: The path\npromise: A way up.\nreviewed: 2026-11-22\n---\n\n" + "\n".join(chapters) + links


def _chapter(anchor: str, whom: str) -> str:
    return f"""\
## Chapter {anchor} {{#{anchor}}}

### Which promotion proof belongs to {whom}?

Asked as: promotion proof

Promotion proof for {whom} is a log of finished work.
"""


def _stage(name: str) -> str:
    return f"""\
{name}:
  title: Stage {name}
  purpose: Grow.
  known_as: [{name} person]
  gate: [The log is kept.]
  steps:
    - id: {name}-greeting
      do: Open ten calls with the same greeting.
      proof: A tally of ten calls.
      measure: Ten of ten.
      guide: guides/telephone
      effort: one week
      asked: [practise my greeting]
      done_as: [greeting drill finished]
    - id: {name}-ledger
      do: Check ten statements against the ledger.
      proof: A ticked list.
      measure: No misses.
      guide: guides/billing
      effort: one day
      after: [{name}-greeting]
"""


def edit(file: Path, old: str, new: str) -> None:
    """Replace words in a file that must hold them."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
