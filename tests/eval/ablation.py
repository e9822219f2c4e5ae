"""What each part of the search is worth, on the project's own labelled questions: python -m tests.eval.ablation"""

import logging
import random
import statistics
from collections.abc import Sequence
from dataclasses import replace

from bot.coach.types import Message, Profile
from bot.coach.understand import Question, understand
from knowledge.index.embedder import Embedder, Vectors
from knowledge.index.ranking import FITTED, Weights
from knowledge.index.search import Index
from knowledge.library import load
from knowledge.settings import load_settings
from tests.eval.evaluate import Rows, read

_NOTHING = Weights(
    texts=0, phrasings=0, phrasing_words=0, all_words=0, recognised=0, titled=0, own_stage=(0, 0, 0),
    named_stage=(0, 0, 0), own_share=0, named_share=0,
)  # fmt: skip
_WORDS = {"phrasing_words": FITTED.phrasing_words, "all_words": FITTED.all_words}
_MEANING = {"texts": FITTED.texts, "phrasings": FITTED.phrasings}
_UNSTAGED = replace(FITTED, own_stage=(0, 0, 0), named_stage=(0, 0, 0), own_share=0, named_share=0)
VARIANTS = {
    "words alone": replace(_NOTHING, **_WORDS),
    "meaning alone, texts": replace(_NOTHING, texts=1.0),
    "meaning alone, texts and phrasings": replace(_NOTHING, **_MEANING),
    "fused": replace(_NOTHING, **_MEANING, **_WORDS),
    "fused, with headings": replace(_NOTHING, **_MEANING, **_WORDS, titled=FITTED.titled),
    "and the recogniser": _UNSTAGED,
    "and the stage: all": FITTED,
    "all but words": replace(FITTED, phrasing_words=0, all_words=0),
    "all but texts": replace(FITTED, texts=0),
    "all but phrasings": replace(FITTED, phrasings=0),
    "the recogniser alone": replace(_NOTHING, recognised=1.0),
}


class Remembering(Embedder):
    """An Embedder that encodes a text once: the variants ask the same questions."""

    def __init__(self, name: str) -> None:
        super().__init__(name, threads=1)
        self._known: dict[str, Vectors] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        (text,) = texts
        if text not in self._known:
            self._known[text] = super().encode(texts)
        return self._known[text]


class Unmended(Index):
    """An Index that searches for what was typed, letter by letter."""

    def _read(self, text: str) -> tuple[str, Vectors]:
        return text, self._vector(text)


def misspelt(text: str, seed: int) -> str:
    """The text with a slip in one of six words, and at least one: a letter lost, doubled, swapped or mistaken."""
    rng = random.Random(seed)
    words = text.split()
    places = [place for place, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    for place in rng.sample(places, min(len(places), max(1, len(words) // 6))):
        word, at = words[place], rng.randrange(1, len(words[place]) - 1)
        words[place] = rng.choice(
            (
                word[:at] + word[at + 1 :],
                word[:at] + word[at] + word[at:],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                word[:at] + rng.choice("aeionrst") + word[at + 1 :],
            )
        )
    return " ".join(words)


def main() -> None:
    """Print a line of figures for each variant of the search, then what misspelling costs with and without mending."""
    logging.basicConfig(level=logging.ERROR)
    settings = load_settings()
    stages, embedder = load(settings.knowledge_dir).stages, Remembering(settings.embedding_model)
    rows = [*read("retrieval"), *read("fitting")[::3]]
    asked = [understand(Message(row["question"]), Profile(row["stage"], row["role"]), stages) for row in rows]
    slips = [replace(question, text=misspelt(question.text, seed)) for seed, question in enumerate(asked)]
    print(f"{len(rows)} questions{'':24} primary@1  primary@5    mrr")
    for label, weights in VARIANTS.items():
        _report(label, Index(settings.index_dir, embedder, weights), rows, asked)
    _report("all, misspelt", Index(settings.index_dir, embedder), rows, slips)
    _report("all, without mending", Unmended(settings.index_dir, embedder), rows, asked)
    _report("all, misspelt, without mending", Unmended(settings.index_dir, embedder), rows, slips)


def _report(label: str, index: Index, rows: Rows, asked: Sequence[Question]) -> None:
    first, five, reciprocal = [], [], []
    for row, question in zip(rows, asked, strict=True):
        hits = index.search(question.text, 10, question.stage, question.named)
        found = list(dict.fromkeys(hit.passage.doc for hit in hits))
        first.append(found[:1] == row["relevant"][:1])
        five.append(row["relevant"][0] in found[:5])
        reciprocal.append(max((1 / (found.index(doc) + 1) for doc in row["relevant"] if doc in found), default=0.0))
    index.close()
    figures = [statistics.fmean(values) for values in (first, five, reciprocal)]
    print(f"{label:38} {figures[0]:9.3f}  {figures[1]:9.3f}  {figures[2]:5.3f}", flush=True)


if __name__ == "__main__":
    main()
