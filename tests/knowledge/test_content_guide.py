"""docs/content.md keeps its promise: its example passes, and is found."""

import re
import shutil
from pathlib import Path

import pytest

from knowledge.library import load
from knowledge.review import review
from knowledge.settings import LIBRARY
from tests.conftest import ROOT

_BLOCK = re.compile(r"`knowledge/([\w./-]+)`[^`]*:\n\n```\w+\n(.*?)```\n", re.DOTALL)


@pytest.fixture
def taught(tmp_path: Path) -> Path:
    """A copy of the shipped library with the example of docs/content.md put in, as it tells."""
    folder = tmp_path / "knowledge"
    shutil.copytree(LIBRARY, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    blocks = _BLOCK.findall((ROOT / "docs/content.md").read_text(encoding="utf-8"))
    assert len(blocks) == 5
    for name, lines in blocks:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(lines)
    return folder


def test_the_example_for_authors_passes(taught: Path) -> None:
    library = load(taught)
    assert review(library, taught) == []
    assert library.scripts["scripts/left-behind"].takes_over.startswith("the lead")
    assert library.guides["guides/patient-flow-management"].passages[-1].asked[0] == "lost and found rules"
    assert "teamwork-and-handoffs-left-behind" in {huddle.id for huddle in library.huddles}
    assert "manager-lost-things" in {step.id for step in library.stages["manager"].steps}
    assert library.slots["lost and found"] == "our lost-and-found drawer"


def test_the_guide_for_authors_names_the_limits_that_hold() -> None:
    from knowledge.review import alike, scripts, shape

    text = " ".join((ROOT / "docs/content.md").read_text(encoding="utf-8").split())
    assert f"A section has up to {shape.SECTION_WORDS} words." in text
    assert (
        f"has up to {scripts.SPOKEN_WORDS}, which is a minute read aloud, and its short form {scripts.SHORT_WORDS}"
        in text
    )
    assert f"above grade {scripts.HARDEST_GRADE:.0f}" in text
    assert alike.SHARE == 0.6 and "share six tenths of their wording" in text
    assert (
        f"{shape.STEPS[0]} to {shape.STEPS[1]} steps at a stage; {shape.HUDDLES} huddles or more; "
        f"{shape.SECTIONS[0]} sections or more in a guide, and up to {shape.SECTIONS[1]} under"
    ) in text
