import io
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.__main__ import main
from knowledge.library import Library
from knowledge.types import STAGES

BILL = "caller is furious about a bill"
ANSWER = {"kind", "text", "sources", "retrieved", "next_steps", "clean_text", "action", "ms"}


@dataclass
class CommandLine:
    """python -m bot, run in this process."""

    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str, typed: str = "") -> tuple[str, str, object]:
        """What a command prints on standard output and on standard error, and its exit status or last words."""
        self.patch.setattr(sys, "argv", ["coach", *arguments])
        self.patch.setattr("sys.stdin", io.StringIO(typed))
        self.patch.setenv("TOKENIZERS_PARALLELISM", "false")
        self.patch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as end:
            main()
        out, err = self.capture.readouterr()
        return out, err, end.value.code


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(monkeypatch, capsys)


def test_ask_prints_the_answer_its_source_and_the_next_step(run: CommandLine, at_home: Path, library: Library) -> None:
    out, _, status = run("ask", BILL, "--stage", "lead")
    assert "Say first" in out
    assert f"[1] {library.title('scripts/angry-about-bill')}" in out
    assert f"Next step, {library.stages['lead'].title}" in out
    assert status in (0, None)


def test_ask_json_prints_one_object(run: CommandLine, at_home: Path) -> None:
    out, _, status = run("ask", BILL, "--json")
    answer = json.loads(out)
    assert answer.keys() == ANSWER
    assert (answer["kind"], answer["retrieved"][0]) == ("script", "scripts/angry-about-bill")
    assert status in (0, None)


def test_batch_answers_a_file_and_names_the_lines_it_skipped(run: CommandLine, at_home: Path) -> None:
    rows = [{"id": "a", "text": BILL}, "not a row", {"id": "b", "text": "whats a deductable", "stage": "entry"}]
    Path("in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    _, err, status = run("batch", "in.jsonl", "out.jsonl")
    answers = [json.loads(line) for line in Path("out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [answer["id"] for answer in answers] == ["a", "b"]
    assert all(answer.keys() == ANSWER | {"id"} for answer in answers)
    assert "line 2: skipped" in err
    assert status == 1


def test_batch_of_good_lines_ends_well(run: CommandLine, at_home: Path) -> None:
    Path("in.jsonl").write_text(json.dumps({"id": "a", "text": BILL}) + "\n", encoding="utf-8")
    _, err, status = run("batch", "in.jsonl", "out.jsonl")
    assert "Answered 1" in err
    assert status in (0, None)


@pytest.mark.parametrize("command", [(), ("chat",)])
def test_without_tokens_it_chats(command: tuple[str, ...], run: CommandLine, at_home: Path, library: Library) -> None:
    out, _, status = run(*command, typed=f"/stage lead\n{BILL}\n")
    assert "Say first" in out
    assert f"Next step, {library.stages['lead'].title}" in out
    assert status in (0, None)


@pytest.mark.parametrize("command", [("ask", BILL), ("chat",)])
def test_a_wrong_stage_is_one_sentence_that_names_the_right_ones(command: tuple[str, ...], run: CommandLine) -> None:
    out, err, last_words = run(*command, "--stage", "boss")
    assert (out, err) == ("", "")
    assert "boss" in str(last_words)
    assert all(stage in str(last_words) for stage in STAGES)


def test_slack_without_tokens_says_what_to_set(run: CommandLine) -> None:
    _, _, last_words = run("slack")
    assert "SLACK_BOT_TOKEN" in str(last_words) and "SLACK_APP_TOKEN" in str(last_words)


def test_a_token_of_the_wrong_kind_is_named_and_not_repeated(run: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xapp-secret")
    _, _, last_words = run("slack")
    assert "SLACK_BOT_TOKEN" in str(last_words)
    assert "secret" not in str(last_words)


def test_a_batch_of_no_file_is_one_sentence(run: CommandLine) -> None:
    _, _, last_words = run("batch", "none.jsonl", "out.jsonl")
    assert "none.jsonl cannot be read" in str(last_words)


def test_a_batch_that_cannot_be_written_is_one_sentence(run: CommandLine, at_home: Path) -> None:
    Path("in.jsonl").write_text(json.dumps({"id": "a", "text": BILL}) + "\n", encoding="utf-8")
    _, _, last_words = run("batch", "in.jsonl", "no-such-folder/out.jsonl")
    assert "no-such-folder" in str(last_words)


def test_batch_without_an_index_says_how_to_make_one(run: CommandLine) -> None:
    Path("in.jsonl").write_text(json.dumps({"id": "a", "text": BILL}) + "\n", encoding="utf-8")
    _, _, last_words = run("batch", "in.jsonl", "out.jsonl")
    assert "python -m ingest" in str(last_words)


def test_a_process_that_fails_ends_with_one_sentence_and_a_status() -> None:
    command = [sys.executable, "-m", "bot", "ask", BILL, "--stage", "boss"]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 1
    assert process.stdout == ""
    assert process.stderr.startswith("There is no stage boss.")
    assert len(process.stderr.splitlines()) == 1


def test_a_process_that_is_told_nothing_ends_well() -> None:
    command = [sys.executable, "-m", "bot"]
    process = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")


def test_salary_prints_the_range_its_sources_and_what_is_lacking(run: CommandLine, at_home: Path) -> None:
    options = ("--stage", "senior", "--state", "OH", "--setting", "physician office", "--years", "4")
    out, _, status = run("salary", *options, "--offer", "19.50")
    for words in ("$18.90", "$39,300", "$21.05", "$43,800", "50th", "75th", "May 2023", "43-6013"):
        assert words in out
    assert "$19.50 an hour ($40,560 a year) is inside that" in out
    assert "BLS OEWS May 2023" in out
    assert "There is no current figure in a physician's office" in out
    assert status in (0, None)


def test_salary_json_prints_one_object(run: CommandLine, at_home: Path) -> None:
    out, _, status = run("salary", "--stage", "manager", "--state", "california", "--offer", "95k", "--json")
    found = json.loads(out)
    assert (found["stage"], found["state"], found["year"]) == ("manager", "California", 2023)
    assert (found["low"]["annual"], found["high"]["annual"]) == (79000, 133700)
    assert found["offer"] == {"amount": 95000, "unit": "year", "verdict": "inside", "between": ["10th", "25th"]}
    assert found["gaps"] and found["sources"]
    assert status in (0, None)


def test_salary_needs_no_option_and_no_index(run: CommandLine) -> None:
    out, _, status = run("salary")
    assert "$44,640" in out
    assert status in (0, None)


@pytest.mark.parametrize(
    ("options", "named", "choice"),
    [
        (("--stage", "boss"), "boss", "assistant-manager"),
        (("--state", "Ohoi"), "Ohoi", "West Virginia"),
        (("--state", "Ohio or Texas"), "Ohio or Texas", "Wyoming"),
        (("--setting", "moon"), "moon", "physician-office"),
        (("--offer", "banana"), "banana", "19.50"),
        (("--offer", "500"), "500", "41000"),
    ],
)
def test_salary_names_the_choices_for_what_it_does_not_know(
    options: tuple[str, str], named: str, choice: str, run: CommandLine
) -> None:
    out, err, last_words = run("salary", *options)
    assert (out, err) == ("", "")
    assert f"{named}" in str(last_words) and choice in str(last_words)
    assert "\n" not in str(last_words)
