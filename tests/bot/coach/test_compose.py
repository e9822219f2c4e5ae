import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.compose import blocks, compose, compose_script, fill
from knowledge.library import Library
from knowledge.types import Passage
from tests.bot.conftest import clinic_passage, hit

T = TypeVar("T")

ITEM = re.compile(r"(?m)^\s*(?:[-*]|\d+[.)])\s+")
POINTER = re.compile(r"\W*\[[^\]]+\]\([^)]*\)")

# Markdown as a clinic might write it: paragraphs and lists of made-up sentences, hard-wrapped nowhere.
words = st.sampled_from("ask the caller a desk note day form copay chart nurse fee early {clinic} late".split())
sentences = st.lists(words, min_size=1, max_size=25).map(lambda found: " ".join(["We", *found]) + ".")
paragraphs = st.lists(sentences, min_size=1, max_size=4).map(" ".join)
lists = st.lists(sentences, min_size=1, max_size=5).map(lambda items: "\n".join(f"- Item: {item}" for item in items))
documents = st.builds(
    lambda first, rest: numbered([first, *rest]), paragraphs, st.lists(paragraphs | lists, max_size=4)
)
# One of something that is not known before the test runs, taken with pick().
places = st.integers(0, 9_999)
questions = st.lists(words, max_size=5).map(" ".join)


def numbered(parts: list[str]) -> str:
    """A document of these parts in which no item comes twice."""
    count = itertools.count(1)
    return re.sub("Item:", lambda _: f"Item {next(count)}:", "\n\n".join(parts))


def pick(items: Sequence[T], place: int) -> T:
    return items[place % len(items)]


def flat(text: str) -> str:
    """Text on one line, without list markers, its links as their words."""
    return " ".join(re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", ITEM.sub("", text)).split())


def said(answer: str) -> list[str]:
    """The sentences and items of an answer, without source numbers."""
    lines = [flat(re.sub(r" \[\d\]$", "", line)) for line in answer.splitlines()]
    return [sentence for line in lines for sentence in re.split(r"(?<=[.!?])\s+", line) if sentence]


def number_of_words(answer: str) -> int:
    found = re.sub(r"\[\d\]", "", ITEM.sub("", answer)).split()
    return sum(any(letter.isalnum() for letter in word) for word in found)


def kept_of_lists(answer: str, passage: Passage) -> list[tuple[int, int]]:
    """For each list of a passage, how many of its items an answer holds, and how many there are."""
    shown = {ITEM.sub("", re.sub(r" \[\d\]$", "", line)) for line in answer.splitlines()}
    found = [list(block.pieces) for block in blocks(passage.text) if block.marks]
    return [(sum(item in shown for item in items), len(items)) for items in found]


@pytest.fixture(scope="module")
def quotable(library: Library) -> list[Passage]:
    """Every passage of the shipped library that an answer may quote."""
    return [passage for passage in library.passages() if passage.kind != "script"]


@given(a=places, b=places, c=places)
def test_every_sentence_stands_word_for_word_in_the_library(
    library: Library, quotable: list[Passage], a: int, b: int, c: int
) -> None:
    first, second = pick(quotable, a), pick(quotable, b)
    asked = pick(first.asked + second.asked + ("",), c)
    text, sources = compose(asked, [hit(first), hit(second)], library.title, library.slots)
    held = fill(flat(first.text) + " " + flat(second.text), library.slots)
    assert all(sentence in held for sentence in said(text))
    assert {source.doc for source in sources} <= {first.doc, second.doc}


@given(a=places, b=places, c=places)
def test_an_answer_is_short_and_numbers_its_sources(
    library: Library, quotable: list[Passage], a: int, b: int, c: int
) -> None:
    first, second = pick(quotable, a), pick(quotable, b)
    asked = pick((*first.asked, ""), c)
    text, sources = compose(asked, [hit(first), hit(second)], library.title, library.slots)
    assert 0 < number_of_words(text) < 120
    assert [int(n) for n in re.findall(r"\[(\d)\]", text)] == [source.n for source in sources]
    assert [source.n for source in sources] == list(range(1, len(sources) + 1))


@given(a=places, b=places, c=places)
def test_an_answer_never_keeps_just_one_of_several_items(
    library: Library, quotable: list[Passage], a: int, b: int, c: int
) -> None:
    first, second = pick(quotable, a), pick(quotable, b)
    asked = pick((*first.asked, ""), c)
    text, _ = compose(asked, [hit(first), hit(second)], library.title, {})
    kept_of_both = kept_of_lists(text, first) + kept_of_lists(text, second)
    assert all(kept != 1 or size == 1 for kept, size in kept_of_both)


@given(text=documents, question=questions)
def test_a_clinics_own_text_is_quoted_by_the_same_rules(text: str, question: str) -> None:
    passage = clinic_passage(text)
    answer, (source,) = compose(question, [hit(passage)], lambda doc: None, {"clinic": "our office"})
    held = flat(text).replace("{clinic}", "our office")
    assert all(sentence in held for sentence in said(answer))
    assert "{clinic}" not in answer
    assert number_of_words(answer) < 120
    assert (source.doc, source.title, source.section) == ("clinic/handbook", "Desk handbook", "Opening hours")


@given(text=documents, question=questions)
def test_a_section_of_the_library_is_quoted_from_its_opening_in_its_own_order(text: str, question: str) -> None:
    passage = replace(clinic_passage(text), doc="guides/handbook", kind="guide")
    answer, _ = compose(question, [hit(passage)], lambda doc: None, {})
    found, start = [], 0
    for sentence in said(answer):
        start = flat(text).index(sentence, start)
        found.append(start)
        start += len(sentence)
    assert found[0] == 0


@given(text=documents, question=questions)
def test_a_clinics_list_never_keeps_just_one_of_several_items(text: str, question: str) -> None:
    passage = clinic_passage(text)
    answer, _ = compose(question, [hit(passage)], lambda doc: None, {})
    assert all(kept != 1 or size == 1 for kept, size in kept_of_lists(answer, passage))


def test_a_second_source_that_opens_with_a_list_gives_more_than_one_item() -> None:
    first, second = clinic_passage("We open at 8."), clinic_passage(
        "- Ask for the name of the caller first.\n- Ask for the date of birth of the patient.\n- Open the chart.",
        name="calls",
    )  # fmt: skip
    answer, _ = compose("opening hours", [hit(first), hit(second)], lambda doc: None, {})
    assert all(kept != 1 for kept, _ in kept_of_lists(answer, second))


@pytest.mark.parametrize(
    "text",
    [
        "we open the door at eight and " * 20 + "then we rest",
        "- " + "we count each form twice, and " * 12 + "then\n- " + "we file it, and " * 14 + "rest",
    ],
    ids=["one sentence without an end", "items of seventy words"],
)
def test_a_clinics_endless_sentence_does_not_make_an_endless_answer(text: str) -> None:
    answer, _ = compose("door", [hit(clinic_passage(text))], lambda doc: None, {})
    assert 0 < number_of_words(answer) < 120


def test_a_second_source_is_quoted_only_when_it_is_nearly_as_good(quotable: list[Passage], library: Library) -> None:
    first = next(passage for passage in quotable if passage.doc == "guides/telephone-etiquette")
    second = next(passage for passage in quotable if passage.doc == "guides/active-listening")
    _, near = compose("", [hit(first, 1.0), hit(second, 0.95)], library.title, library.slots)
    _, far = compose("", [hit(first, 1.0), hit(second, 0.1)], library.title, library.slots)
    assert [source.doc for source in near][:1] == [source.doc for source in far] == [first.doc]
    assert len(far) == 1


def test_another_passage_of_the_same_document_is_no_second_source(quotable: list[Passage], library: Library) -> None:
    same = [hit(passage) for passage in quotable if passage.doc == "guides/telephone-etiquette"]
    _, sources = compose("", same, library.title, library.slots)
    assert len(sources) == 1


@given(a=places)
def test_blocks_lose_no_words_but_sentences_that_open_with_a_link(quotable: list[Passage], a: int) -> None:
    passage = pick(quotable, a)
    kept = " ".join(piece for block in blocks(passage.text) for piece in block.pieces)
    for paragraph in re.split(r"\n\s*\n", passage.text):
        line = " ".join(ITEM.sub("", paragraph).split())
        for sentence in re.split(r"(?<=[.!?])\s+", line):
            assert POINTER.match(sentence) or flat(sentence) in kept


@given(documents)
def test_blocks_of_a_text_without_links_are_the_text(text: str) -> None:
    assert " ".join(piece for block in blocks(text) for piece in block.pieces) == flat(text)


def test_a_passage_that_is_only_a_pointer_is_still_a_block() -> None:
    assert [block.pieces for block in blocks("[Hold a call](telephone.md) has the words.")] == [
        ("Hold a call has the words.",)
    ]


@pytest.mark.parametrize(
    "text", ["Ask Dr. Green first. Then call.", "Tell her so at 8 a.m. Monday.", 'Say "Wait. I will look." Then look.']
)
def test_a_sentence_ends_where_a_reader_would_end_it(text: str) -> None:
    (block,) = blocks(text)
    assert not any(piece.endswith(("Dr.", "a.m.", "Wait.")) for piece in block.pieces)
    assert " ".join(block.pieces) == text


def test_a_script_is_given_whole_with_its_slots_filled(library: Library) -> None:
    for script in library.scripts.values():
        text, (source,) = compose_script(script, [hit(script.passages[0])], "", False, library.title, library.slots)
        parts = (
            script.say_first,
            script.check_identity,
            script.acknowledge,
            script.explain,
            script.offer,
            script.close,
        )
        assert all(flat(fill(part, library.slots)) in flat(text) for part in parts)
        assert not re.search(r"\{[^{}]+\}|\]\(", text)
        assert (source.doc, source.title) == (script.id, script.title)


def test_a_push_back_gets_its_own_answer_and_the_short_form(library: Library) -> None:
    for script in library.scripts.values():
        for turn in script.push_backs:
            passage = next(passage for passage in script.passages if passage.section == turn.caller)
            text, (source,) = compose_script(script, [hit(passage)], "", False, library.title, library.slots)
            assert all(
                flat(fill(part, library.slots)) in flat(text) for part in (turn.caller, turn.answer, script.short_form)
            )
            assert flat(fill(script.offer, library.slots)) not in flat(text)
            assert source.section == turn.caller


def test_the_words_quoted_from_a_script_stand_in_the_section_named(library: Library) -> None:
    for script in library.scripts.values():
        for passage in script.passages:
            _, (source,) = compose_script(script, [hit(passage)], "", False, library.title, {})
            (named,) = [other for other in script.passages if other.section == source.section]
            assert flat(source.quote).split()[:4] == flat(named.text).split()[:4], (script.id, source.section)


@pytest.mark.parametrize(
    ("asked", "section"),
    [
        ("what do i NOT say to him", "Never say"),
        ("what should i never say here", "Never say"),
        ("what do i write down after", "Write down"),
        ("do i document it", "Write down"),
        ("when do i transfer her", "Hand over when"),
        ("who takes this from me", "Hand over when"),
        ("how do i tell a patient they owe a balance", "Say first"),
        ("he will not say his name", "Say first"),
        ("he wants his record", "Say first"),
    ],
)
def test_what_stands_beside_the_words_is_given_when_asked_for(asked: str, section: str, library: Library) -> None:
    for script in library.scripts.values():
        never = next(passage for passage in script.passages if passage.section == "Never say")
        _, (source,) = compose_script(script, [hit(never)], asked, False, library.title, library.slots)
        assert source.section == section


def test_later_in_a_call_a_push_back_comes_sooner(library: Library) -> None:
    for script in library.scripts.values():
        turn = next(passage for passage in script.passages if passage.section == script.push_backs[0].caller)
        hits = [hit(script.passages[0]), hit(turn)]
        for later, section in ((False, "Say first"), (True, turn.section)):
            _, (source,) = compose_script(script, hits, "and now?", later, library.title, library.slots)
            assert source.section == section


@given(st.text(max_size=60))
def test_a_slot_that_nobody_knows_stays_as_it_is(text: str) -> None:
    assert fill(text, {}) == text


def test_a_table_keeps_its_rows() -> None:
    (table,) = blocks("| Service | Fee |\n| --- | --- |\n| Visit | $40 |\n| Form | $15 |")
    assert table.markdown().splitlines() == ["| Service | Fee |", "| --- | --- |", "| Visit | $40 |", "| Form | $15 |"]
