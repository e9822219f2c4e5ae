import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.markdown import plain, sections, slug

# Letters, and whatever could be taken for structure: marks of Markdown, and what only some call the end of a line.
words = st.text(st.sampled_from("ab é#-=*_`>1.{}[]()\t"), min_size=1, max_size=20)
headings = st.builds(lambda level, text: "#" * level + " " + text, st.integers(1, 6), st.text("abc {#}-", max_size=12))
lines = st.one_of(words, headings, st.just(""))
documents = st.lists(lines, max_size=20).map("\n".join)


def test_a_section_reaches_from_its_heading_to_the_next_of_any_level() -> None:
    found = sections("# Desk\n\nOpen at eight.\n\n## Phones\n\nSmile.\n\n### Hold\n\nAsk.\n\n## Mail\n\nSort.\n")
    assert [(section.level, section.path, section.body) for section in found] == [
        (1, ("Desk",), "Open at eight."),
        (2, ("Desk", "Phones"), "Smile."),
        (3, ("Desk", "Phones", "Hold"), "Ask."),
        (2, ("Desk", "Mail"), "Sort."),
    ]


def test_text_before_the_first_heading_is_a_section_without_a_heading() -> None:
    first, second = sections("Hello.\n\n# Desk\n\nOpen.")
    assert (first.level, first.heading, first.anchor, first.body) == (0, "", "top", "Hello.")
    assert second.body == "Open."


def test_no_text_has_no_sections() -> None:
    assert sections("") == []
    assert sections(" \n\n") == []


@pytest.mark.parametrize("inside", ["```\n# not one\n```", "> # not one", "- # not one", "    # not one"])
def test_a_heading_inside_another_block_is_text(inside: str) -> None:
    (section,) = sections(f"# Desk\n\n{inside}")
    assert "not one" in section.body


def test_an_underlined_heading_is_one() -> None:
    (section,) = sections("Desk\n====\n\nOpen.")
    assert (section.level, section.heading, section.body) == (1, "Desk", "Open.")


def test_an_anchor_is_the_one_given_or_made_from_the_heading() -> None:
    given_one, made = sections("## Pay & *thanks* {#money}\n\n## What's a co-pay?")
    assert (given_one.anchor, given_one.heading) == ("money", "Pay & thanks")
    assert made.anchor == "whats-a-co-pay"


def test_equal_headings_get_anchors_of_their_own() -> None:
    assert [section.anchor for section in sections("# Hold\n# Hold\n# Hold 2\n")] == ["hold", "hold-2", "hold-2-2"]


@given(documents)
def test_anchors_are_unique(text: str) -> None:
    anchors = [section.anchor for section in sections(text)]
    assert len(anchors) == len(set(anchors))
    assert all(anchors)


@given(st.lists(st.tuples(headings, st.lists(st.integers(0, 9), max_size=3)), max_size=8), st.booleans())
def test_every_line_of_text_is_in_exactly_one_section(parts: list[tuple[str, list[int]]], opening: bool) -> None:
    marks = iter(range(1000))
    text = [f"line {next(marks)} before"] if opening else []
    for heading, inside in parts:
        text += [heading, *(f"line {next(marks)} of {number}" for number in inside), ""]
    bodies = [line for section in sections("\n".join(text)) for line in section.body.split("\n") if line]
    assert bodies == [line for line in text if line.startswith("line")]


@given(documents)
def test_no_letter_is_lost_and_none_is_added(text: str) -> None:
    found = sections(text)
    kept = "".join(section.body for section in found) + "".join(section.heading for section in found)
    assert sum(letter == "é" for letter in kept) == text.count("é")


@pytest.mark.parametrize("odd", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_an_odd_line_end_before_a_heading_loses_no_words(odd: str) -> None:
    opening, desk = sections(f"one{odd}two{odd}three\n# Desk\nfour")
    assert opening.body.split() == ["one", "two", "three"]
    assert desk.body == "four"


@given(st.text(max_size=120))
def test_a_slug_is_a_short_anchor_and_never_empty(text: str) -> None:
    made = slug(text)
    assert 0 < len(made) <= 80
    assert made == made.lower().strip("-")
    assert not set(made) & set(" #~\n")


@pytest.mark.parametrize(
    ("marked", "read"),
    [
        ("See [Billing](billing.md).", "See Billing."),
        ("![A desk](desk.png) here", "A desk here"),
        ("**Say:** *please* and _thanks_", "Say: please and thanks"),
        ("press `F5`", "press F5"),
        ("snake_case_word and 3 * 4 * 5", "snake_case_word and 3 * 4 * 5"),
    ],
)
def test_plain_leaves_the_words_and_takes_the_marks(marked: str, read: str) -> None:
    assert plain(marked) == read


@given(st.text("ab *_`[]()!\n", max_size=60))
def test_plain_loses_no_letters_outside_link_targets(text: str) -> None:
    without_links = text.replace("](", "] (")
    assert [c for c in plain(without_links) if c in "ab"] == [c for c in without_links if c in "ab"]
