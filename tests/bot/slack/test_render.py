import html
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.types import Citation, Reply
from bot.slack.render import blocks, escape, fallback
from knowledge.library import Library
from knowledge.types import Step

MENTIONS = st.sampled_from(
    [
        "<!channel>",
        "<!here|here>",
        "<@U1>",
        "<#C1|desk>",
        "<http://x|y>",
        "<mailto:a@b.c|a>",
        "&",
        "&lt;",
        "<",
        ">",
        "a b",
    ]
)
TEXTS = st.lists(MENTIONS | st.text(max_size=10), max_size=8).map("".join)
LIVE = re.compile(r"<[!@#h]|<mailto")


def source(n: int, title: str = "Phones", section: str = "How do I hold?") -> Citation:
    return Citation(n, "guides/phones", title, section, "", "Ask first.")


def step(do: str, proof: str = "A tally.") -> Step:
    return Step("lead-x", "lead", do, proof, "Ten.", "guides/phones", "one week", (), (), ())


def texts(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The text objects of a section or a context block."""
    return block["elements"] if block["type"] == "context" else [block["text"]]


@given(TEXTS)
def test_escaped_text_holds_nothing_that_slack_acts_on_and_reads_the_same(text: str) -> None:
    assert not re.search(r"[<>]|&(?!amp;|lt;|gt;)", escape(text))
    assert html.unescape(escape(text)) == text


@given(TEXTS)
def test_a_replys_text_never_mentions_anyone(text: str) -> None:
    reply = Reply("answer", text)
    (markdown,) = blocks(reply, {})
    assert markdown == {"type": "markdown", "text": escape(text)}
    assert not LIVE.search(fallback(reply))


@given(title=TEXTS, section=TEXTS, do=TEXTS, proof=TEXTS)
def test_titles_and_steps_are_plain_text_where_slack_reads_no_mentions(
    title: str, section: str, do: str, proof: str, library: Library
) -> None:
    reply = Reply("answer", "Ask. [1]", (source(1, title, section),), (step(do, proof),))
    _, context, next_step = blocks(reply, library.stages)
    assert all(text["type"] == "plain_text" for block in (context, next_step) for text in texts(block))


def test_an_answer_shows_its_text_its_sources_and_its_step(library: Library) -> None:
    reply = Reply("answer", "Ask. [1]\n\nWait. [2]", (source(1), source(2, "Desk")), (step("Open ten calls."),))
    answer, context, next_step = blocks(reply, library.stages)
    assert answer == {"type": "markdown", "text": "Ask. [1]\n\nWait. [2]"}
    assert "[1] Phones, How do I hold?\n[2] Desk, How do I hold?" in texts(context)[0]["text"]
    shown = texts(next_step)[0]["text"]
    assert all(words in shown for words in ("Open ten calls.", "A tally.", library.stages["lead"].title))


def test_a_reply_without_sources_and_steps_is_its_text_alone() -> None:
    assert [block["type"] for block in blocks(Reply("help", "Ask me."), {})] == ["markdown"]


@pytest.mark.parametrize("size", [10, 2900, 3100, 20_000])
def test_no_text_is_longer_than_slack_takes(size: int, library: Library) -> None:
    long = "a " * (size // 2)
    reply = Reply("answer", "Ask. [1]", (source(1, long), source(2, section=long)), (step(long), step("Do.", long)))
    _, context, *steps = blocks(reply, library.stages)
    assert all(0 < len(text["text"]) <= 2000 for text in texts(context))
    assert all(0 < len(text["text"]) <= 3000 for block in steps for text in texts(block))


@pytest.mark.parametrize("text", ["a" * 12_001, "<" * 11_000], ids=["as it is", "once escaped"])
def test_a_long_answer_fits_into_a_markdown_block(text: str) -> None:
    (markdown, *_) = blocks(Reply("answer", text), {})
    assert 0 < len(markdown["text"]) <= 12_000
    assert not re.search(r"&[a-z]*$", markdown["text"]), "cut inside an escape"


def test_text_that_is_cut_says_so(library: Library) -> None:
    (_, section) = blocks(Reply("answer", "Ask.", next_steps=(step("a" * 4000),)), library.stages)
    assert section["text"]["text"].endswith("\u2026")


def test_every_script_fits_as_it_is(library: Library) -> None:
    for script in library.scripts.values():
        assert sum(len(escape(passage.text)) for passage in script.passages) < 12_000
