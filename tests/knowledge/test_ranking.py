import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.index.ranking import Candidate, DocumentEvidence, coverage, rank
from knowledge.types import Hit, Kind, Passage, StageName


def candidate(
    doc: str, text: float | None = 0.5, asked: float | None = 0.5, words: float = 1.0, kind: Kind = "guide",
    stage: StageName | None = None, anchor: str = "a",
) -> Candidate:  # fmt: skip
    phrasings, stages = () if kind == "clinic" else ("how",), (stage,) if stage else ()
    return Candidate(Passage(doc, anchor, (doc,), "words", kind, phrasings, stages), text, asked, words, 0.0)


def ranked(candidates: Sequence[Candidate], stage: StageName | None = None, named: bool = False) -> list[Hit]:
    """The candidates ranked, each document's evidence being that of its passages."""
    documents: dict[str, DocumentEvidence] = {}
    for doc in dict.fromkeys(one.passage.doc for one in candidates):
        inside = [one for one in candidates if one.passage.doc == doc]
        cosines = sorted((one.asked for one in inside if one.asked is not None), reverse=True)
        words = max(one.words for one in inside)
        documents[doc] = DocumentEvidence(tuple(cosines), words, words, None)
    return rank(candidates, documents, stage, named)


def order(*candidates: Candidate, stage: StageName | None = None, named: bool = False) -> list[str]:
    return list(dict.fromkeys(hit.passage.doc for hit in ranked(candidates, stage, named)))


def test_nothing_ranks_to_nothing() -> None:
    assert rank([], {}, None, False) == []


def test_each_view_of_a_passage_counts() -> None:
    assert order(candidate("b", text=0.2), candidate("a", text=0.8)) == ["a", "b"]
    assert order(candidate("b", asked=0.2), candidate("a", asked=0.8)) == ["a", "b"]
    assert order(candidate("b", words=1.0), candidate("a", words=9.0)) == ["a", "b"]


def test_a_passage_that_a_search_did_not_return_counts_as_its_worst() -> None:
    assert order(candidate("b", text=None), candidate("c", text=0.3), candidate("a", text=0.9)) == ["a", "b", "c"]


def test_phrasings_that_agree_outweigh_one_that_is_a_little_better() -> None:
    candidates = [candidate("one"), candidate("many"), candidate("none", text=0.1, asked=0.1)]
    documents = {
        "one": DocumentEvidence((0.72,), 1.0, 1.0, None),
        "many": DocumentEvidence((0.7, 0.7, 0.69, 0.68), 1.0, 1.0, None),
        "none": DocumentEvidence((0.1,), 1.0, 1.0, None),
    }
    hits = rank(candidates, documents, None, False)
    assert [hit.passage.doc for hit in hits] == ["many", "one", "none"]


def test_the_document_that_is_recognised_goes_first_and_one_never_learnt_is_in_the_middle() -> None:
    scores = {"unlikely": 0.1, "never learnt": None, "likely": 0.6}
    documents = {doc: DocumentEvidence((0.5,), 1.0, 1.0, score) for doc, score in scores.items()}
    hits = rank([candidate(doc) for doc in scores], documents, None, False)
    assert [hit.passage.doc for hit in hits] == ["likely", "never learnt", "unlikely"]


def test_a_clinics_own_document_goes_before_an_equal_one_of_the_library() -> None:
    assert order(candidate("guides/x"), candidate("clinic/x", kind="clinic")) == ["clinic/x", "guides/x"]


def test_the_askers_stage_goes_before_its_neighbour_and_that_before_the_rest() -> None:
    chapters = [candidate(f"roadmap/{name}", kind="roadmap", stage=name) for name in ("manager", "senior", "entry")]
    assert order(*chapters, stage="entry") == ["roadmap/entry", "roadmap/senior", "roadmap/manager"]
    assert order(*chapters) == ["roadmap/manager", "roadmap/senior", "roadmap/entry"]


def test_a_stage_that_the_question_names_outweighs_a_better_match() -> None:
    own = candidate("roadmap/entry", text=0.4, asked=0.3, words=1.0, kind="roadmap", stage="entry")
    better = candidate("roadmap/lead", text=0.6, asked=0.6, words=2.0, kind="roadmap", stage="lead")
    assert order(own, better, stage="entry") == ["roadmap/lead", "roadmap/entry"]
    assert order(own, better, stage="entry", named=True) == ["roadmap/entry", "roadmap/lead"]


def test_a_document_with_support_goes_before_one_with_a_single_equal_passage() -> None:
    alone = candidate("alone", text=0.8)
    first, second = candidate("many", text=0.8), candidate("many", text=0.7, anchor="b")
    assert order(alone, first, second, candidate("weak", text=0.1)) == ["many", "alone", "weak"]


def test_the_cosine_is_the_best_of_text_and_phrasings() -> None:
    (hit,) = ranked([candidate("a", text=0.3, asked=0.7)])
    assert hit.cosine == 0.7


def test_a_cosine_of_zero_stays_zero() -> None:
    (hit,) = ranked([candidate("a", text=0.0, asked=None)])
    assert hit.cosine == 0.0


scores = st.none() | st.floats(-1, 1)
candidates = st.lists(
    st.builds(
        candidate, st.sampled_from(["guides/a", "clinic/b", "roadmap/c"]), scores, scores, st.floats(0, 30),
        st.sampled_from(["guide", "clinic", "roadmap"]), st.sampled_from([None, "entry", "lead"]),
    ),
    max_size=20,
)  # fmt: skip


@given(candidates, st.sampled_from([None, "entry", "manager"]), st.booleans())
def test_documents_come_in_falling_order_each_in_one_run_of_at_most_four(
    given_ones: list[Candidate], stage: StageName | None, named: bool
) -> None:
    hits = ranked(given_ones, stage, named)
    values = [hit.score for hit in hits]
    docs = [hit.passage.doc for hit in hits]
    assert values == sorted(values, reverse=True)
    assert all(math.isfinite(value) for value in values)
    assert set(docs) == {one.passage.doc for one in given_ones}
    runs = [doc for place, doc in enumerate(docs) if place == 0 or docs[place - 1] != doc]
    assert len(runs) == len(set(runs))
    assert all(docs.count(doc) <= 4 for doc in docs)


@pytest.mark.parametrize(
    ("held", "share"), [({"rare", "common"}, 1.0), ({"rare"}, 0.75), ({"common", "other"}, 0.25), (set(), 0.0)]
)
def test_coverage_weighs_words_by_rarity(held: set[str], share: float) -> None:
    assert coverage({"rare": 3.0, "common": 1.0}, frozenset(held)) == share


def test_a_question_without_words_covers_nothing() -> None:
    assert coverage({}, frozenset({"word"})) == 0.0
