import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.index import recogniser
from knowledge.index.recogniser import INSIDE, PHRASING, QUESTION, Example, Recogniser
from knowledge.types import Scope
from tests.conftest import FakeEmbedder

ASKED = {
    "guides/phones": ("how do i answer the phone", "the phone keeps ringing", "put a caller on hold"),
    "guides/bills": ("what is a deductible", "who explains the bill", "the statement has a wrong charge"),
}
OUTSIDE = {"clinical": ("is a fever dangerous", "what is the dose"), "off-topic": ("best pizza in town", "oil change")}


def learn(asked: dict[str, tuple[str, ...]], outside: dict[str, tuple[str, ...]]) -> Recogniser:
    """A recogniser of questions by document and of reasons against."""
    answered = [Example(doc, QUESTION) for doc, questions in asked.items() for _ in questions]
    scopes = [Example(INSIDE, one.weight) for one in answered]
    scopes += [Example(why, QUESTION) for why, questions in outside.items() for _ in questions]
    texts = [text for group in (*asked.values(), *outside.values()) for text in group]
    vectors = FakeEmbedder().encode(texts) if texts else np.zeros((0, 512), dtype=np.float32)
    return Recogniser.fit(texts, vectors, answered, scopes)


def ask(taught: Recogniser, text: str) -> tuple[dict[str, float], Scope]:
    return taught.scores(text, FakeEmbedder().encode([text])[0])


@pytest.mark.parametrize(
    ("question", "doc"),
    [
        ("the caller is on hold", "guides/phones"), ("a charge on the deductible", "guides/bills"),
        ("ringing", "guides/phones"),
    ],
)  # fmt: skip
def test_a_new_question_of_known_words_finds_its_document(question: str, doc: str) -> None:
    scores, _ = ask(learn(ASKED, OUTSIDE), question)
    assert scores.keys() == ASKED.keys()
    assert max(scores, key=lambda one: scores[one]) == doc


def test_a_word_with_a_slip_still_counts_by_its_letters() -> None:
    scores, _ = ask(learn(ASKED, OUTSIDE), "deductibles")
    assert scores["guides/bills"] > scores["guides/phones"]


def test_a_document_that_was_never_learnt_gets_no_score() -> None:
    scores, _ = ask(learn({"guides/bills": ASKED["guides/bills"]}, OUTSIDE), "the phone keeps ringing")
    assert "guides/phones" not in scores


def test_a_question_for_the_library_is_likeliest_inside_and_others_by_their_reason() -> None:
    taught = learn(ASKED, OUTSIDE)
    _, scope = ask(taught, "who answers the phone")
    assert scope.inside > max(scope.outside.values())
    for question, why in (("a dangerous fever", "clinical"), ("pizza in town", "off-topic")):
        _, scope = ask(taught, question)
        assert scope.outside.keys() == OUTSIDE.keys()
        assert max(scope.outside, key=lambda one: scope.outside[one]) == why
        assert scope.outside[why] > scope.inside


def test_examples_outside_lead_to_no_document() -> None:
    scores, _ = ask(learn(ASKED, OUTSIDE), "pizza")
    assert scores.keys() == ASKED.keys()


def test_without_examples_outside_there_is_no_reason_against() -> None:
    scores, scope = ask(learn(ASKED, {}), "the phone keeps ringing")
    assert scores["guides/phones"] > scores["guides/bills"]
    assert scope.outside == {}


def test_without_any_example_there_is_no_score() -> None:
    assert ask(learn({}, {}), "the phone keeps ringing") == ({}, Scope(0.0, {}))


def test_one_that_was_saved_scores_as_before(tmp_path: Path) -> None:
    for name, taught in (("full", learn(ASKED, OUTSIDE)), ("empty", learn({}, {}))):
        taught.save(tmp_path / f"{name}.npz")
        loaded = Recogniser.load(tmp_path / f"{name}.npz")
        for text in ("the phone keeps ringing", "pizza", ""):
            assert ask(loaded, text) == ask(taught, text)


def test_a_pickled_file_is_refused(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (exec, ("raise SystemExit('it was run')",))

    file = tmp_path / "recogniser.npz"
    file.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(ValueError, match="pickle"):
        Recogniser.load(file)
    weights = np.zeros((2561, 1), dtype=np.float32)
    np.savez(file, weights=weights, documents=np.array([Trap()], dtype=object), scopes=np.array([], dtype=str))
    with pytest.raises(ValueError, match="allow_pickle"):
        Recogniser.load(file)


@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(2, 60), columns=st.integers(1, 60), balanced=st.booleans())
def test_fewer_examples_than_columns_are_solved_another_way_to_the_same_scores(
    seed: int, rows: int, columns: int, balanced: bool
) -> None:
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((rows, columns)).astype(np.float32)
    examples = [Example(str(rng.integers(4)), float(rng.choice([PHRASING, QUESTION]))) for _ in range(rows)]
    found = []
    for solver in (recogniser._by_row, recogniser._by_column):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(recogniser, "_by_row", solver)
            patch.setattr(recogniser, "_by_column", solver)
            found.append(recogniser._discriminant(features, examples, balanced))
    (names, by_row), (others, by_column) = found
    assert names == others
    np.testing.assert_allclose(features @ by_row, features @ by_column, atol=1e-3)
