"""A file of questions answered, for a clinic that wants to test its own documents."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.coach.types import Message, Profile, Role, Turn
from bot.service import Answer, Service
from knowledge.errors import CoachError
from knowledge.types import StageName


class _Entry(BaseModel):
    role: Literal["user", "coach"]
    text: str


class Row(BaseModel):
    """One line of input. Keys that are not known are ignored."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str
    text: str
    stage: StageName | None = None
    role: Role | None = None
    history: list[_Entry] = []
    done: list[str] = []


def read_rows(file: Path) -> tuple[list[Row], list[str]]:
    """The rows of a JSONL file, and a sentence for each line that is none."""
    rows, problems = [], []
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError):
        raise CoachError(f"{file} cannot be read. It must be a UTF-8 file with one JSON object a line.") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            rows.append(Row.model_validate_json(line))
        except ValidationError as error:
            keys = ", ".join(sorted({str(item["loc"][0]) if item["loc"] else "the line" for item in error.errors()}))
            problems.append(f"line {number}: skipped; {keys} does not fit")
    return rows, problems


def answer_rows(service: Service, rows: list[Row]) -> Iterator[dict[str, Any]]:
    """The answer to each row, in order, as the JSON object that describes it."""
    for row in rows:
        history = tuple(Turn(entry.role, entry.text) for entry in row.history)
        answer = service.answer(Message(row.text, history), Profile(row.stage, row.role, tuple(row.done)))
        yield {"id": row.id, **as_object(answer)}


def as_object(answer: Answer) -> dict[str, Any]:
    """An answer as a JSON object; docs/batch.md describes the fields."""
    reply = answer.reply
    return {
        "kind": reply.kind,
        "text": reply.text,
        "sources": [
            {key: value for key, value in asdict(source).items() if key != "title"} for source in reply.sources
        ],
        "retrieved": list(reply.retrieved),
        "next_steps": [
            {"id": s.id, "text": s.do, "stage": s.stage, "guide": s.guide, "proof": s.proof} for s in reply.next_steps
        ],
        "clean_text": answer.clean_text,
        "action": None,
        "ms": round(answer.ms, 2),
    }


def write_rows(file: Path, answers: Iterator[dict[str, Any]]) -> Iterator[None]:
    """Write answers as JSON Lines, one at a time, telling the caller after each."""
    with file.open("w", encoding="utf-8") as out:
        for answer in answers:
            out.write(json.dumps(answer, ensure_ascii=False) + "\n")
            yield


def writable(file: Path) -> None:
    """Raise CoachError when a file cannot be written, before there is anything to lose."""
    try:
        file.open("a").close()
    except OSError:
        raise CoachError(f"{file} cannot be written. Name a file in a folder that exists.") from None
