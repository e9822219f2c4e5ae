import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.batch import answer_rows, read_rows, write_rows
from bot.coach.types import Citation, Message, Profile, Reply, Turn
from bot.service import Service
from knowledge.errors import CoachError
from knowledge.library import Library
from knowledge.types import Wording

# What a reader of the output counts on.
FIELDS = {"id", "kind", "text", "sources", "retrieved", "next_steps", "clean_text", "action", "ms"}
SOURCE = {"n", "doc", "section", "url", "quote"}
STEP = {"id", "text", "stage", "guide", "proof"}


@dataclass
class Echo:
    """A coach that says what it heard, with one source and one step; heard holds it all."""

    library: Library
    heard: list[tuple[Message, Profile]] = field(default_factory=list)

    def reply(self, message: Message, profile: Profile) -> Reply:
        self.heard.append((message, profile))
        source = Citation(1, "guides/x", "X", "How?", "https://example.org", "Ask first.")
        step = self.library.stages["lead"].steps[0]
        return Reply("answer", f"{message.text} [1]", (source,), (step,), ("guides/x", "guides/y"))


@pytest.fixture
def echo(library: Library) -> Echo:
    return Echo(library)


def lines(file: Path, *rows: dict[str, Any] | str) -> Path:
    written = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    file.write_text("".join(f"{row}\n" for row in written), encoding="utf-8")
    return file


def answers(echo: Echo, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    read, problems = read_rows(lines(Path("in.jsonl"), *rows))
    assert not problems
    return list(answer_rows(Service(echo.reply, echo.library.wording), read))


def test_an_answer_has_the_fields_that_are_promised(echo: Echo) -> None:
    (answer,) = answers(echo, {"id": "a", "text": "hold?"})
    assert answer.keys() == FIELDS
    assert [source.keys() for source in answer["sources"]] == [SOURCE]
    assert [step.keys() for step in answer["next_steps"]] == [STEP]
    assert answer["kind"] == "answer"
    assert answer["text"] == "hold? [1]"
    assert answer["retrieved"] == ["guides/x", "guides/y"]
    assert answer["clean_text"] == "hold?"
    assert answer["action"] is None
    assert isinstance(answer["ms"], float)


def test_a_step_is_told_as_it_is_written(echo: Echo) -> None:
    (answer,) = answers(echo, {"id": "a", "text": "hold?"})
    step = echo.library.stages["lead"].steps[0]
    assert answer["next_steps"] == [
        {"id": step.id, "text": step.do, "stage": "lead", "guide": step.guide, "proof": step.proof}
    ]


def test_answers_carry_the_ids_of_their_questions_in_order(echo: Echo) -> None:
    found = answers(echo, {"id": "b", "text": "one"}, {"id": 7, "text": "two"}, {"id": "a", "text": "three"})
    assert [(answer["id"], answer["clean_text"]) for answer in found] == [("b", "one"), ("7", "two"), ("a", "three")]


def test_the_coach_hears_who_asks_and_what_was_said_before(echo: Echo) -> None:
    history = [{"role": "user", "text": "no show fee"}, {"role": "coach", "text": "Ask why."}]
    answers(echo, {
        "id": "a", "text": "and then?", "stage": "lead", "role": "staff", "history": history,
        "done": ["greeting drill"], "huddle": {"time": "07:45"}, "now": "2026-11-23T09:10",
    })  # fmt: skip
    message = Message("and then?", (Turn("user", "no show fee"), Turn("coach", "Ask why.")))
    assert echo.heard == [(message, Profile("lead", "staff", ("greeting drill",)))]


def test_a_question_from_nobody_known_has_an_empty_profile(echo: Echo) -> None:
    answers(echo, {"id": "a", "text": "hold?", "stage": None, "role": None, "history": []})
    assert echo.heard == [(Message("hold?"), Profile())]


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ("not json", "the line"),
        ('["a", "b"]', "the line"),
        ('{"text": "hold?"}', "id"),
        ('{"id": "x"}', "text"),
        ('{"id": "x", "text": "hold?", "stage": "boss"}', "stage"),
        ('{"id": "x", "text": "hold?", "history": [{"role": "patient", "text": "a"}]}', "history"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(bad: str, named: str, tmp_path: Path) -> None:
    file = lines(tmp_path / "in.jsonl", {"id": "a", "text": "one"}, "", bad, {"id": "b", "text": "two"})
    rows, problems = read_rows(file)
    assert [row.id for row in rows] == ["a", "b"]
    (problem,) = problems
    assert problem.startswith("line 3:")
    assert named in problem


def test_a_bad_line_is_named_without_its_words(tmp_path: Path) -> None:
    _, (problem,) = read_rows(lines(tmp_path / "in.jsonl", {"id": "a", "text": "hold?", "stage": "jane roe"}))
    assert "jane" not in problem


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CoachError, match=r"none\.jsonl cannot be read"):
        read_rows(tmp_path / "none.jsonl")


def test_a_file_in_another_encoding_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes('{"id": "a", "text": "caf\u00e9"}'.encode("latin-1"))
    with pytest.raises(CoachError, match="UTF-8"):
        read_rows(file)


def test_a_file_that_an_editor_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text('{"id": "a", "text": "hold?"}\n', encoding="utf-8-sig")
    rows, problems = read_rows(file)
    assert ([row.id for row in rows], problems) == (["a"], [])


@example("\u00bfqu\u00e9? \u4f60\u597d \U0001f600")
@example("one\u2028two")
@example("one\x85two")
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_text_is_read_and_written_as_it_is(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("unicode")
    rows, problems = read_rows(lines(folder / "in.jsonl", {"id": "a", "text": text}))
    assert problems == []
    wording = Wording(**{field.name: "" for field in fields(Wording)})
    service = Service(lambda message, profile: Reply("help", message.text), wording)
    written = sum(1 for _ in write_rows(folder / "out.jsonl", answer_rows(service, rows)))
    (line,) = (folder / "out.jsonl").read_bytes().splitlines()
    answer = json.loads(line)
    assert (written, answer["text"], answer["clean_text"]) == (1, text, text)


def test_answers_are_written_as_people_read_them(echo: Echo) -> None:
    rows, _ = read_rows(lines(Path("in.jsonl"), {"id": "a", "text": "\u00bfqu\u00e9 digo?"}))
    list(write_rows(Path("out.jsonl"), answer_rows(Service(echo.reply, echo.library.wording), rows)))
    assert "\u00bfqu\u00e9 digo?" in Path("out.jsonl").read_text(encoding="utf-8")
