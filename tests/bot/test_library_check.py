"""coach library check: each thing that is wrong on a line of its own."""

import sys
from pathlib import Path

import pytest

from bot.__main__ import main
from knowledge.settings import LIBRARY
from tests.conftest import edit


def check(folder: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> tuple[list[str], object]:
    """What the command prints for a content folder, line by line, and its exit status."""
    patch.setattr(sys, "argv", ["coach", "library", "check"])
    patch.setenv("TOKENIZERS_PARALLELISM", "false")
    patch.setenv("KNOWLEDGE_DIR", str(folder))
    with pytest.raises(SystemExit) as end:
        main()
    return capture.readouterr().out.splitlines(), end.value.code


def test_the_shipped_library_is_counted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    [line], status = check(LIBRARY, monkeypatch, capsys)
    assert line.endswith("passages. Nothing is wrong.")
    assert status in (0, None)


def test_what_does_not_load_is_told_problem_by_problem(
    small_library: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(small_library / "guides/billing.md", "title: Billing", "title: Billing\ncolour: red")
    edit(small_library / "scripts/angry-bill.md", "{manager}", "{boss}")
    lines, status = check(small_library, monkeypatch, capsys)
    assert [line.partition(": ")[0] for line in lines[:2]] == ["guides/billing.md", "scripts/angry-bill.md"]
    assert status == 1


def test_what_loads_and_is_not_fit_to_publish_is_told_finding_by_finding(
    small_library: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(small_library / "guides/billing.md", "charge by charge.", "charge by charge, in 40 percent of cases.")
    lines, status = check(small_library, monkeypatch, capsys)
    assert lines[0].startswith('guides/billing.md: Who explains a statement?: "40 percent" has no source; put one')
    assert "huddles: 1 huddles, of at least 60; write more" in lines
    assert status == 1
