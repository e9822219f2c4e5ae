"""What people really type, as the search learns it: questions by their answer, questions outside, short words."""

from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from knowledge.content import ContentReader
from knowledge.forms import Text
from knowledge.spelling import WORD
from knowledge.types import Examples, Outside
from knowledge.words import folded

FOLDER = "questions"
_OUTSIDE = "outside.md"


def read_examples(reader: ContentReader, documents: Iterable[str]) -> Examples:
    """The examples of a content folder; what is wrong with them is noted with the reader.

    documents: the ids that a question may lead to.
    """
    known = set(documents)
    answered: dict[str, tuple[str, ...]] = {}
    outside: dict[Outside, tuple[str, ...]] = {}
    owners: dict[str, str] = {}
    for path in sorted((reader.folder / FOLDER).glob("*.md")):
        allowed = set(get_args(Outside)) if path.name == _OUTSIDE else known
        for heading, questions in _listed(reader, path).items():
            if heading not in allowed:
                what = "reason" if path.name == _OUTSIDE else "document"
                reader.problem(path, f"{heading}: there is no such {what}; they are {', '.join(sorted(allowed))}")
            for question in questions:
                owner = owners.setdefault(folded(question), heading)
                if owner != heading:
                    reader.problem(path, f'{heading}: "{question}" stands under {owner}, too; leave it to one')
            if path.name == _OUTSIDE:
                outside.update({kind: tuple(questions) for kind in get_args(Outside) if kind == heading})
            else:
                answered[heading] = (*answered.get(heading, ()), *questions)
    path = reader.folder / "abbreviations.yaml"
    short = reader.valid(path, dict[Text, Text], reader.yaml(path, reader.read(path))) or {}
    for key in short:
        if key != key.lower() or not WORD.fullmatch(key):
            reader.problem(path, f"{key}: a short form is one word in small letters")
    return Examples(answered, outside, short)


def _listed(reader: ContentReader, path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for number, line in enumerate(reader.read(path).splitlines(), start=1):
        if line.startswith("## "):
            current = found.setdefault(line[3:].strip(), [])
        elif line.startswith("- ") and line[2:].strip() and current is not None:
            current.append(line[2:].strip())
        elif line.startswith("-") or (line.strip() and current is not None):
            reader.problem(path, f"line {number}: a question stands on one line, after a dash and below its heading")
    return found
