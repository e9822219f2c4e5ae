import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunk import MAX_CHARS, chunk
from ingest.parse import Parsed
from knowledge.types import Passage

word = st.text("abcdefghé1", min_size=1, max_size=14)
sentence = st.lists(word, min_size=1, max_size=60).map(lambda words: " ".join(words) + ".")
paragraph = st.lists(sentence, min_size=1, max_size=6).map(" ".join)
monster = st.integers(1, 3 * MAX_CHARS).map(lambda length: "x" * length)
block = st.one_of(paragraph, st.lists(word, min_size=1, max_size=200).map("\n".join), monster, st.just("---"))
section = st.tuples(st.sampled_from(["# ", "## ", "### "]), word, st.lists(block, max_size=4))
documents = st.lists(section, min_size=1, max_size=5)


def written(parts: list[tuple[str, str, list[str]]]) -> str:
    return "\n\n".join("\n\n".join([mark + heading, *blocks]) for mark, heading, blocks in parts)


def passages(markdown: str, title: str = "The title") -> list[Passage]:
    return chunk("clinic/x", Parsed(title, markdown))


@given(documents)
@settings(max_examples=60)
def test_every_word_is_kept_in_order(parts: list[tuple[str, str, list[str]]]) -> None:
    letters = "".join(re.findall(r"\w", "".join("".join(blocks) for _, _, blocks in parts)))
    assert "".join(re.findall(r"\w", "".join(passage.text for passage in passages(written(parts))))) == letters


@given(documents)
@settings(max_examples=60)
def test_passages_are_short_citable_and_of_their_document(parts: list[tuple[str, str, list[str]]]) -> None:
    found = passages(written(parts))
    ids = [passage.id for passage in found]
    assert len(ids) == len(set(ids))
    for passage in found:
        assert 0 < len(passage.text) <= MAX_CHARS
        assert passage.text == passage.text.strip()
        assert passage.path[0] == "The title"
        assert (passage.doc, passage.kind) == ("clinic/x", "clinic")


def test_a_short_section_is_one_passage_as_it_was_written() -> None:
    (found,) = passages("# The title\n\nOne.\n\n- two\n- three")
    assert (found.path, found.text) == (("The title",), "One.\n\n- two\n- three")


def test_a_title_that_is_no_heading_of_the_text_leads_every_path() -> None:
    assert [passage.path for passage in passages("Hello.\n\n## Part\n\nWords.")] == [
        ("The title",),
        ("The title", "Part"),
    ]


def test_a_long_section_is_cut_between_paragraphs_and_its_first_passage_keeps_the_anchor() -> None:
    paragraphs = [f"{name} " * 90 + "end." for name in ("alpha", "beta", "gamma")]
    found = passages("## Part\n\n" + "\n\n".join(paragraphs))
    assert [passage.text for passage in found] == paragraphs
    assert [passage.anchor for passage in found] == ["part", "part~2", "part~3"]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    text = " ".join(f"Sentence number {number} says something." for number in range(60))
    assert all(passage.text.endswith(".") for passage in passages(text))


def test_marks_without_words_make_no_passage() -> None:
    assert passages("# The title\n\n---\n\n## Part\n\n***") == []


def test_a_page_is_cited_by_its_address() -> None:
    (found,) = chunk("clinic/x", Parsed("T", "Words."), "https://clinic.example/x")
    assert found.url == "https://clinic.example/x"
