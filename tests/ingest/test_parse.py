import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.convert import Converter
from ingest.parse import Parsed, headed, parse
from ingest.sources import Item
from knowledge.errors import SourceError
from knowledge.markdown import sections

ROADMAP = """\
Path of a Desk Clerk: From First Day to Lead
A clerk who keeps a log moves up. The log shows what was done.
-
It also shows what was not.
1. First Part: Words That Get You Heard
You start with your voice. Open every call the same way.

-

Then you write it down.
-
And then you rest.
2. Second Part: Numbers
Count what comes back.
-
Count it again on Friday.
6. FAQs About the Desk
Where do I start?

Start with the log.
"""


@pytest.fixture(scope="module")
def converter() -> Iterator[Converter]:
    with Converter() as converter:
        yield converter


def parsed(data: bytes | str, media_type: str = "text/markdown", origin: str = "/docs/a-file.md") -> Parsed:
    raw = data.encode() if isinstance(data, str) else data
    return parse(Item("/docs", origin, media_type, raw), Converter())


def headings(text: str) -> list[str]:
    return [section.heading for section in sections(text) if section.heading]


def test_a_numbered_article_is_cut_at_its_numbered_headings() -> None:
    found = sections(headed(ROADMAP))
    title = "Path of a Desk Clerk: From First Day to Lead"
    assert [section.path for section in found] == [
        (title,),
        (title, "1. First Part: Words That Get You Heard"),
        (title, "2. Second Part: Numbers"),
        (title, "6. FAQs About the Desk"),
    ]
    first = [line for line in found[1].body.splitlines() if line.strip("- ")]
    assert first == [
        "You start with your voice. Open every call the same way.",
        "Then you write it down.",
        "And then you rest.",
    ]


@pytest.mark.parametrize("rule", ["-", "---", "===", "***", "___", "  -  "])
def test_a_line_of_marks_under_a_paragraph_makes_no_heading_of_it(rule: str) -> None:
    assert headings(headed(f"One thing is said here.\n{rule}\nAnother thing follows it.")) == []


def test_a_numbered_list_stays_a_list() -> None:
    text = "Opening the desk\n1. Unlock the door\n2. Start the phones\n3. Read the notes"
    assert headings(headed(text)) == []


def test_a_numbered_sentence_is_no_heading() -> None:
    assert headings(headed("1. Unlock the door, then start the phones.\n\nThat is all.")) == []


def test_levels_of_numbers_are_headings() -> None:
    assert headings(headed("2.1 Holding a call\nAsk first.\n3) Mail\nSort it.")) == ["2.1 Holding a call", "3) Mail"]


def test_text_without_numbered_headings_has_none() -> None:
    assert headings(headed("A short title\n\nSome words under it.\n")) == []


@pytest.mark.parametrize("line", ["# not a title", "   ## nor this", "```", "~~~"])
def test_marks_of_markdown_in_plain_text_are_text(line: str) -> None:
    found = sections(headed(f"Some words.\n{line}\nMore words.\n\n1. Part one\nIts words."))
    assert [section.heading for section in found] == ["", "1. Part one"]


def test_lines_may_end_as_on_any_system() -> None:
    assert headed(ROADMAP.replace("\n", "\r\n")) == headed(ROADMAP) == headed(ROADMAP.replace("\n", "\r"))


line = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
    st.sampled_from(["", "-", "1. Part: Words", "2. Words.", "Some words here.", "# x", "2.3 Part", "\f"]),
)


@given(st.lists(line, max_size=12).map("\n".join))
def test_headed_loses_no_words(text: str) -> None:
    def words(given_text: str) -> list[str]:
        return re.findall(r"[^\W_]+", given_text)

    assert words(headed(text)) == words(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("media_type", ["text/markdown", "text/plain"])
def test_text_is_read_in_the_encodings_that_editors_write(encoding: str, media_type: str) -> None:
    assert parsed("Büro: öffnet um 8 Uhr".encode(encoding), media_type).markdown == "Büro: öffnet um 8 Uhr"


@pytest.mark.parametrize("data", [b"caf\xe9", b"\xff\xfea", b"a\0b", "ab".encode("utf-32")])
def test_what_is_no_text_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"UTF-8|not text"):
        parsed(data)


@pytest.mark.parametrize("text", ["", " \n\n", "---\ntitle: x\n---\n"])
def test_a_file_without_text_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="no text"):
        parsed(text)


def test_front_matter_is_not_text() -> None:
    assert parsed("---\ntitle: Hidden\n---\n# Desk\n\nOpen.").markdown == "# Desk\n\nOpen."


def test_front_matter_of_a_file_from_windows_is_not_text() -> None:
    assert "Hidden" not in parsed("---\r\ntitle: Hidden\r\n---\r\n# Desk\r\n\r\nOpen.").markdown


def test_a_rule_inside_a_document_is_no_front_matter() -> None:
    assert "Kept" in parsed("# Desk\n\n---\n\nKept\n\n---\n\nOpen.").markdown


@pytest.mark.parametrize(
    ("markdown", "origin", "title"),
    [
        ("# *Front* desk\n\nOpen.", "/docs/a.md", "Front desk"),
        ("Hello.\n\n# Front desk\n\nOpen.", "/docs/a.md", "Front desk"),
        ("## Only part\n\nOpen.", "/docs/a.md", "Only part"),
        ("## One\n\nOpen.\n\n## Two\n\nShut.", "/docs/parking_and-keys.md", "parking and keys"),
        ("Open.", "https://clinic.example/help/late-arrivals?x=1#y", "late arrivals"),
        ("Open.", "https://clinic.example/", "clinic"),
    ],
)
def test_the_title_is_the_documents_own_or_made_from_its_name(markdown: str, origin: str, title: str) -> None:
    assert parsed(markdown, origin=origin).title == title


def test_a_web_page_goes_through_the_converter(converter: Converter) -> None:
    page = b"<html><head><title>Keys</title></head><body><h2>Spare</h2><p>In the drawer.</p></body></html>"
    found = parse(Item("/docs", "/docs/keys.html", "text/html", page), converter)
    assert found.title == "Keys"
    assert headings(found.markdown) == ["Keys", "Spare"]


def test_the_converters_reason_is_passed_on(converter: Converter, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="PDF"):
        parse(Item("/docs", "/docs/keys.pdf", "application/pdf", b"not a pdf"), converter)
