"""Where a finding is: the file and the key or heading, as the loader names them."""

from pathlib import Path

from knowledge.library import Library
from knowledge.types import Passage, Step


def file_of(doc: str) -> str:
    """The file that a document is written in."""
    return "roadmap.md" if doc.startswith("roadmap/") else f"{doc}.md"


def at_passage(passage: Passage) -> str:
    """A passage's file and heading."""
    return f"{file_of(passage.doc)}: {passage.section}"


def at_step(step: Step) -> str:
    """A step's file and key."""
    return f"stages.yaml: {step.stage}.steps.{step.id}"


def at_huddles(library: Library, folder: Path) -> dict[str, str]:
    """Each huddle's file and key, by its id."""
    stems = sorted((path.stem for path in (folder / "huddles").glob("*.yaml")), key=len)
    # The loader holds that an id begins with its file's name; the longest such name is the file's.
    files = {huddle.id: stem for stem in stems for huddle in library.huddles if huddle.id.startswith(f"{stem}-")}
    return {huddle: f"huddles/{stem}.yaml: {huddle}" for huddle, stem in files.items()}
