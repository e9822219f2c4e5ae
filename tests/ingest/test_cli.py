from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import ingest.__main__ as command
from knowledge.index.version import published
from tests.conftest import Desk, FakeEmbedder, edit

pytestmark = pytest.mark.usefixtures("check_here")


@pytest.fixture(autouse=True)
def _fake_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command, "Embedder", lambda name: FakeEmbedder())
    monkeypatch.setenv("KNOWLEDGE_DIR", str(tmp_path / "knowledge"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command.app, arguments)


def test_help_names_every_option() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for option in ("--follow", "--remove", "--status", "--dry-run", "--force", "SOURCE"):
        assert option in result.stdout


def test_a_first_ingest_says_what_it_did(small_library: Path, tmp_path: Path) -> None:
    assert "There is no index yet. Run python -m ingest" in run("--status").stdout
    result = run()
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Indexed 33 passages of 9 documents in ")
    assert "(57 texts embedded, 0 known)." in result.stdout
    assert published(tmp_path / "index")


def test_a_document_is_read_shown_and_removed(indexed: Desk, tmp_path: Path) -> None:
    (tmp_path / "parking.md").write_text("# Parking\n\nThe zebra lot.\n")
    added = run("parking.md")
    assert (added.exit_code, "Clinic documents: 1 read." in added.stdout) == (0, True)
    status = run("--status").stdout
    assert f"Version {published(tmp_path / 'index')[0]}: 34 passages, " in status
    assert f"clinic/parking: Parking, 1 passages, from {(tmp_path / 'parking.md').resolve()}, " in status
    removed = run("--remove", "parking")
    assert (removed.exit_code, "Clinic documents: 1 removed." in removed.stdout) == (0, True)
    assert "No documents of the clinic's own." in run("--status").stdout


def test_nothing_changed_is_said(indexed: Desk) -> None:
    assert run().stdout == "Nothing changed: 33 passages of 9 documents are indexed.\n"


def test_a_dry_run_says_that_nothing_was_changed(indexed: Desk) -> None:
    before = published(indexed.index_dir)
    edit(indexed.knowledge / "guides/billing.md", "charge by charge", "line by line")
    assert run("--dry-run").stdout == "Would index 33 passages of 9 documents; nothing was changed.\n"
    assert published(indexed.index_dir) == before


def test_what_is_skipped_is_named_and_ends_with_1(indexed: Desk) -> None:
    result = run("nowhere.md")
    assert result.exit_code == 1
    assert "Skipped nowhere.md: there is no such file or folder." in result.stderr
    assert result.stdout.endswith("Skipped 1.\n")


def test_a_problem_is_one_readable_text_and_ends_with_1(indexed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(indexed.knowledge / "slots.yaml", "manager", "boss")
    for arguments, words in (((), "this slot is not in slots.yaml"), (("--remove", "x"), "The library has")):
        result = run(*arguments)
        assert result.exit_code == 1
        assert words in result.output
        assert "Traceback" not in result.output
    monkeypatch.setenv("SLACK_BOT_TOKEN", "wrong")
    assert "SLACK_BOT_TOKEN" in run().output


def test_damage_is_shown_by_the_status(indexed: Desk) -> None:
    (file,) = (indexed.index_dir / "versions").rglob("chroma.sqlite3")
    file.write_bytes(file.read_bytes()[:100])
    assert "Damaged: " in run("--status").stdout


def test_an_index_that_cannot_be_read_at_all_is_not_called_missing(indexed: Desk) -> None:
    (file,) = (indexed.index_dir / "versions").rglob("passages.sqlite")
    file.write_bytes(b"")
    assert "amaged" in run("--status").stdout
