import re
from pathlib import Path

import pytest

from knowledge.errors import SettingsError
from knowledge.settings import Settings, load_settings
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def _no_index_dir(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INDEX_DIR")


def test_the_defaults_need_nothing_from_anyone() -> None:
    settings = load_settings()
    assert settings.index_dir == Path("var/index")
    assert settings.knowledge_dir == ROOT / "knowledge"
    assert settings.embedding_model == "all-MiniLM-L6-v2"
    assert not settings.has_slack


def test_a_env_file_in_the_working_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("INDEX_DIR=elsewhere\nSLACK_BOT_TOKEN=xoxb-1\nSLACK_APP_TOKEN=xapp-1\nOTHER=1\n")
    settings = load_settings()
    assert settings.index_dir == Path("elsewhere")
    assert settings.has_slack


def test_the_environment_goes_before_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("INDEX_DIR=from-file\n")
    monkeypatch.setenv("INDEX_DIR", "from-environment")
    assert load_settings().index_dir == Path("from-environment")


def test_an_empty_value_keeps_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("KNOWLEDGE_DIR=\nSLACK_BOT_TOKEN=\n")
    monkeypatch.setenv("EMBEDDING_MODEL", "")
    settings = load_settings()
    assert settings.knowledge_dir == ROOT / "knowledge"
    assert settings.slack_bot_token is None
    assert settings.embedding_model == "all-MiniLM-L6-v2"


def test_the_shipped_example_is_a_valid_env_file_and_changes_no_default(tmp_path: Path) -> None:
    defaults = load_settings()
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text(encoding="utf-8"), encoding="utf-8")
    assert load_settings() == defaults


@pytest.mark.parametrize(("name", "prefix"), [("SLACK_BOT_TOKEN", "xoxb-"), ("SLACK_APP_TOKEN", "xapp-")])
def test_a_token_of_the_wrong_kind_is_named_without_its_value(
    name: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "xoxp-hunter2")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert name in str(caught.value) and prefix in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_every_setting_that_does_not_fit_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "wrong")
    monkeypatch.setenv("SLACK_APP_TOKEN", "wrong")
    with pytest.raises(SettingsError, match=r"SLACK_BOT_TOKEN: .*SLACK_APP_TOKEN: "):
        load_settings()


def test_tokens_are_not_shown_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hunter2")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-hunter2")
    assert "hunter2" not in repr(load_settings())


def test_every_setting_is_documented_and_everything_documented_is_a_setting() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    documented = re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", example, re.MULTILINE)
    assert sorted(documented) == sorted(name.upper() for name in Settings.model_fields)


def test_every_documented_setting_follows_a_comment() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    settings = [place for place, line in enumerate(lines) if re.match(r"[A-Z][A-Z0-9_]*=", line)]
    assert settings
    assert [lines[place] for place in settings if not lines[place - 1].startswith("#")] == []


def test_a_env_file_that_is_not_utf8_is_a_readable_problem(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("INDEX_DIR=büro\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"\.env"):
        load_settings()
