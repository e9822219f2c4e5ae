"""The walls between the rooms, held by looking at the source and by fresh interpreters."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

HEAVY = (
    "slack_bolt", "slack_sdk", "sqlalchemy", "chromadb", "langchain", "torch", "sentence_transformers", "transformers",
    "httpx",
)  # fmt: skip
CORE = (
    "bot.coach",
    "knowledge.errors",
    "knowledge.library",
    "knowledge.markdown",
    "knowledge.types",
    "knowledge.pay",
    "knowledge.wages",
    "knowledge.words",
)
WAYS_IN = ("bot.coach", "bot.service", "bot.wiring", "knowledge")
# What each room may import of ours, itself aside. The innermost room that holds a module counts.
ROOMS = {
    "knowledge": (),
    "ingest": ("knowledge",),
    "bot": (),
    "bot.coach": CORE,
    "bot.service": ("bot.coach", "knowledge"),
    "bot.wiring": ("bot.coach", "bot.service", "knowledge"),
    "bot.terminal": WAYS_IN,
    "bot.batch": WAYS_IN,
    "bot.salary": WAYS_IN,
    "bot.slack": WAYS_IN,
    "bot.__main__": ("bot", "knowledge"),
}

# Imports the modules named on standard input, then prints what was loaded and what was touched on the way.
PROBE = """
import importlib, json, os, sys
touched = []
def watch(event, args):
    if event == "open" and isinstance(args[0], str):
        path, mode, flags = args
        if path.endswith(".env") or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            touched.append(path)
    elif event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.mkdir"):
        touched.append(event)
sys.addaudithook(watch)
for name in json.load(sys.stdin):
    importlib.import_module(name)
json.dump({"loaded": sorted(sys.modules), "touched": touched}, sys.stdout)
"""


def modules() -> dict[str, Path]:
    """Every module of ours, by its name."""
    found = {}
    for room in ("knowledge", "ingest", "bot"):
        for file in sorted((ROOT / room).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


MODULES = modules()


def imported(file: Path, module: str) -> Iterator[str]:
    """The full name of all that a file imports, wherever in it."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def inside(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


def import_fresh(*names: str, folder: Path) -> dict[str, list[str]]:
    """What an interpreter of its own loads and touches while it imports modules; its environment is empty."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROBE], input=json.dumps(names), cwd=folder, text=True,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module: str) -> None:
    room = max((room for room in ROOMS if inside(module, room)), key=len)
    assert module == "bot" or room != "bot", f"{module} has no room yet: say in ROOMS what it may import"
    ours = [
        name
        for name in imported(MODULES[module], module)
        if name.split(".")[0] in ("knowledge", "ingest", "bot", "tests")
    ]
    strangers = [name for name in ours if not any(inside(name, allowed) for allowed in (room, *ROOMS[room]))]
    assert strangers == []


def test_the_walls_are_seen_from_inside_a_function_and_across_dots(tmp_path: Path) -> None:
    file = tmp_path / "peek.py"
    file.write_text("def peek():\n    from ..slack import app\n    import ingest.cache\n", encoding="utf-8")
    assert list(imported(file, "bot.coach.peek")) == ["bot.slack.app", "ingest.cache"]


def test_the_core_loads_no_heavy_library(tmp_path: Path) -> None:
    core = [name for name in MODULES if inside(name, "bot.coach")]
    assert len(core) > 5
    loaded = import_fresh(*core, folder=tmp_path)["loaded"]
    assert [name for name in loaded if name.split(".")[0].split("_")[0] == "langchain" or name in HEAVY] == []


def test_importing_anything_does_no_work_and_reads_no_settings(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=not-a-token\n", encoding="utf-8")
    assert import_fresh(*MODULES, folder=tmp_path)["touched"] == []


def test_the_probe_sees_settings_read_and_files_written(tmp_path: Path) -> None:
    (tmp_path / "busy.py").write_text(
        "from knowledge.settings import load_settings\nload_settings()\nopen('trace', 'w').close()\n", encoding="utf-8"
    )
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-1\n", encoding="utf-8")
    touched = import_fresh("busy", folder=tmp_path)["touched"]
    assert [Path(path).name for path in touched] == [".env", "trace"]


def test_the_models_are_loaded_when_first_needed(tmp_path: Path) -> None:
    loaded = import_fresh(*MODULES, folder=tmp_path)["loaded"]
    assert {"torch", "sentence_transformers", "chromadb", "slack_bolt"}.isdisjoint(loaded)
