"""What the bot's tests share: the shipped library, and a part of it in a real index."""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from ruamel.yaml import YAML

from bot.coach.evidence import Calibration
from bot.wiring import App, build
from ingest.fetch import Fetcher
from ingest.pipeline import Request, ingest
from knowledge.index.embedder import Embedder
from knowledge.library import Library, load
from knowledge.settings import LIBRARY, Settings
from knowledge.types import Hit, Outside, Passage, Scope
from tests.conftest import ROOT, silent

# How long an example takes says how busy the machine is.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

GUIDES = (
    "telephone-etiquette active-listening medical-billing-explained patient-flow-management conflict-resolution "
    "top-employer-skills salary-calculator cmaa-salary-report"
).split()
SCRIPTS = (
    "angry-about-bill late-arrival refuses-identity-check urgent-symptoms-call no-show-fee inactive-insurance"
).split()
# Known when the best coverage among the hits is a half.
HALF_COVERED = Calibration("fake", -0.5, (0.0, 0.0, 0.0, 0.0, 1.0), 1.0)


def scope(text: str = "", inside: float = 1.0, outside: Mapping[Outside, float] | None = None) -> Scope:
    """The scope of a text; without more, one for the library, of which no reason against it is known."""
    return Scope(inside, outside or {})


def hit(passage: Passage, score: float = 1.0, cosine: float = 0.9, coverage: float = 1.0) -> Hit:
    return Hit(passage, score, cosine, coverage)


def clinic_passage(text: str, section: str = "Opening hours", name: str = "handbook") -> Passage:
    """A passage of a document of the clinic's own."""
    return Passage(f"clinic/{name}", "top", ("Desk handbook", section), text, "clinic")


@pytest.fixture(scope="session")
def library() -> Library:
    """The shipped library, whole."""
    return load(LIBRARY)


@pytest.fixture(scope="session")
def reduced(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """A folder with knowledge/, a part of the shipped library, and index/, its index made with the real model.

    The index is never opened here: whoever needs it takes a copy. Vectors are kept in pytest's cache from one run to
    the next, as ingest keeps them; pytest --cache-clear forgets them.
    """
    folder = tmp_path_factory.mktemp("reduced")
    _copy_part(folder / "knowledge")
    vectors, known = folder / "index" / "embeddings.sqlite", None
    vectors.parent.mkdir()
    if pytestconfig.cache:
        known = pytestconfig.cache.mkdir("embeddings") / "embeddings.sqlite"
        if known.exists():
            shutil.copy(known, vectors)
    with pytest.MonkeyPatch.context() as patch, Fetcher() as fetcher:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("HF_HUB_OFFLINE", "1")
        now = datetime(2026, 11, 22, 9, tzinfo=UTC)
        ingest(Request(), folder / "index", load(folder / "knowledge"), Embedder(), fetcher, now, silent)
    if known:
        shutil.copy(vectors, known.with_suffix(".new")).replace(known)
    return folder


@pytest.fixture(scope="session")
def coach(reduced: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The coach as it is wired, on the reduced library."""
    app = build(settings_for(reduced, tmp_path_factory.mktemp("coach")))
    yield app
    app.index.close()


@pytest.fixture
def at_home(reduced: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of this process name the reduced library and a copy of its index; the folder that holds them."""
    for name, value in settings_for(reduced, tmp_path).model_dump(include={"index_dir", "knowledge_dir"}).items():
        monkeypatch.setenv(name.upper(), str(value))
    return tmp_path


def settings_for(reduced: Path, folder: Path) -> Settings:
    """Settings for the reduced library and a copy of its index in a folder."""
    shutil.copytree(reduced / "index", folder / "index")
    return Settings(index_dir=folder / "index", knowledge_dir=reduced / "knowledge", _env_file=None)


def _copy_part(target: Path) -> None:
    documents = ["roadmap", *(f"guides/{name}" for name in GUIDES), *(f"scripts/{name}" for name in SCRIPTS)]
    for name in documents:
        file = target / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_without_dangling((LIBRARY / f"{name}.md").read_text(encoding="utf-8")), encoding="utf-8")
    (target / "questions").mkdir()
    for file in (LIBRARY / "questions").glob("*.md"):
        (target / "questions" / file.name).write_text(_part_of_questions(file), encoding="utf-8")
    for name in ("slots.yaml", "wording.yaml", "pay.yaml", "wages.csv", "abbreviations.yaml"):
        shutil.copy(LIBRARY / name, target / name)
    yaml = YAML(typ="safe")
    stages = yaml.load((LIBRARY / "stages.yaml").read_text(encoding="utf-8"))
    for stage in stages.values():
        stage["steps"] = [step for step in stage["steps"] if step["guide"].removeprefix("guides/") in GUIDES]
    kept = {step["id"] for stage in stages.values() for step in stage["steps"]}
    for stage in stages.values():
        for step in stage["steps"]:
            step["after"] = _kept(step.get("after", []), kept)
            step["asked"], step["done_as"] = step["asked"][:2], step["done_as"][:2]
    yaml.sort_base_mapping_type_on_output = False
    with open(target / "stages.yaml", "w", encoding="utf-8") as out:
        yaml.dump(stages, out)


def _without_dangling(text: str) -> str:
    # Three phrasings of each question are enough here; each one costs time to embed.
    text = re.sub(r"(?m)^Asked as:.*$", lambda line: "|".join(line[0].split("|")[:3]), text)
    text = re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", lambda link: link[0] if _leads(link[2]) else link[1], text)
    return re.sub(
        r"(?m)^guides: \[(.*)\]$", lambda row: f"guides: [{', '.join(_kept(row[1].split(', '), GUIDES))}]", text
    )


def _part_of_questions(file: Path) -> str:
    # A third of the questions of each document that is kept, and of each reason why not.
    opening, *parts = re.split(r"(?m)^## ", file.read_text(encoding="utf-8"))
    kept = [part.splitlines() for part in parts if file.name == "outside.md" or _leads(part.split()[0])]
    return opening + "".join("\n".join([f"## {heading}", "", *lines[1::3], ""]) + "\n" for heading, *lines in kept)


def _leads(target: str) -> bool:
    return target.startswith(("http", "roadmap/")) or Path(target.partition("#")[0]).stem in {*GUIDES, *SCRIPTS}


def _kept(names: Sequence[str], known: Sequence[str] | set[str]) -> list[str]:
    return [name for name in names if name in known]
