import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.wiring import CALIBRATION, build, load_calibration
from knowledge.errors import LibraryError, SettingsError
from knowledge.index.embedder import Embedder
from knowledge.settings import Settings

RULES = {
    "words": {"bias": -1.0, "weights": [1.0, 0.0, 0.0, 1.0, 2.0], "usual": 0.7},
    "ours@1": {"bias": -2.0, "weights": [1.0, 1.0, 1.0, 1.0, 1.0], "usual": 0.8},
}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    file = tmp_path / "calibration.json"
    file.write_text(json.dumps(RULES), encoding="utf-8")
    return file


def test_a_model_that_was_fitted_has_its_own_rule(rules: Path) -> None:
    rule = load_calibration(rules, "ours@1")
    assert (rule.model, rule.bias, rule.weights) == ("ours@1", -2.0, (1.0, 1.0, 1.0, 1.0, 1.0))
    assert rule.usual == 0.8


def test_any_other_model_has_the_rule_for_words_alone(rules: Path) -> None:
    rule = load_calibration(rules, "another")
    assert (rule.model, rule.bias, rule.weights) == ("another", -1.0, (1.0, 0.0, 0.0, 1.0, 2.0))


def test_the_shipped_rules_hold_the_default_model_and_one_that_needs_no_model() -> None:
    ours, other = (load_calibration(CALIBRATION, name) for name in (Embedder().fingerprint, "another"))
    assert any(ours.weights[1:3])
    assert not any(other.weights[1:3])
    assert len(ours.weights) == len(other.weights) == 5
    assert ours.weights[0] > 0 and ours.usual > 0


@pytest.mark.parametrize("content", [None, "", "{}", "not json", "[]", '{"words": {"bias": 0}}', '{"words": null}'])
def test_missing_or_spoilt_rules_are_a_clear_error(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"calibration\.json cannot be read"):
        load_calibration(file, "ours@1")


def test_building_loads_neither_model_nor_index() -> None:
    program = (
        "import sys\nfrom bot.wiring import build\nfrom knowledge.settings import load_settings\n"
        "build(load_settings())\nprint(*sorted(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "bot.coach.coach" in run.stdout.split()
    assert {"torch", "sentence_transformers", "transformers", "chromadb"}.isdisjoint(run.stdout.split())
    assert not Path("index").exists()


def test_a_library_that_does_not_load_stops_the_build(small_library: Path) -> None:
    (small_library / "wording.yaml").unlink()
    with pytest.raises(LibraryError, match=r"wording\.yaml"):
        build(Settings(knowledge_dir=small_library))


def test_the_parts_are_put_together_from_the_settings(small_library: Path) -> None:
    app = build(Settings(knowledge_dir=small_library, embedding_model="another"))
    assert app.embedder.name == "another"
    assert "guides/telephone" in app.library.guides
