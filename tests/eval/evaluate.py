"""Score the coach on the project's own labelled questions: python -m tests.eval.evaluate"""

import json
import logging
import math
import statistics
import sys
from pathlib import Path
from typing import Any

from bot.batch import Row, answer_rows
from bot.wiring import build
from knowledge.settings import load_settings

SETS = Path(__file__).parent
REFUSED = {"unknown", "decline", "handoff", "emergency"}

Rows = list[dict[str, Any]]


def read(name: str) -> Rows:
    """The rows of one labelled set."""
    return [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def as_row(row: dict[str, Any]) -> Row:
    """A labelled question as a row of `coach batch`; of a conversation, the last turn with those before it."""
    turns = [turn["user"] for turn in row.get("turns", [])] or [row["question"]]
    history = [{"role": "user", "text": text} for text in turns[:-1]]
    return Row.model_validate(
        {"id": row["id"], "text": turns[-1], "stage": row.get("stage"), "role": row.get("role"), "history": history}
    )


def ranking(rows: Rows, answers: Rows, key: str) -> dict[str, float]:
    """Where the best document and any good document came, and whether the right chapter of the roadmap came first."""
    first, five, reciprocal, stage = [], [], [], []
    for row, answer in zip(rows, answers, strict=True):
        relevant, found = row[key], answer["retrieved"]
        place = found.index(relevant[0]) if relevant[0] in found else math.inf
        first.append(place == 0)
        five.append(place < 5)
        reciprocal.append(max((1 / (found.index(doc) + 1) for doc in relevant if doc in found), default=0.0))
        if relevant[0].startswith("roadmap/") and relevant[0] != "roadmap/faq":
            chapters = [doc for doc in found if doc.startswith("roadmap/") and doc != "roadmap/faq"]
            stage.append(chapters[:1] == relevant[:1])
    shares = {"primary@1": first, "primary@5": five, "mrr": reciprocal, "stage@1": stage}
    return {name: statistics.fmean(values) for name, values in shares.items() if values}


def main() -> None:
    """Print one line of figures for each set, and with a file name also write every row with its answer."""
    logging.basicConfig(level=logging.ERROR)
    app = build(load_settings())
    report, detail = {}, []
    for name in ("retrieval", "followups", "out_of_scope"):
        rows = read(name)
        answers = list(answer_rows(app.service, [as_row(row) for row in rows]))
        refused = [answer["kind"] in REFUSED for answer in answers]
        if name == "out_of_scope":
            report[name] = {"refused": statistics.fmean(refused)}
            for kind in sorted({row["kind"] for row in rows}):
                share = [no for no, row in zip(refused, rows, strict=True) if row["kind"] == kind]
                report[name][kind] = statistics.fmean(share)
        else:
            report[name] = ranking(rows, answers, "relevant" if name == "retrieval" else "relevant_last")
            report[name]["wrong_refusal"] = statistics.fmean(refused)
            answered = [bool(answer["sources"]) for answer, no in zip(answers, refused, strict=True) if not no]
            report[name]["cited"] = statistics.fmean(answered)
        detail += [{"set": name, "row": row, "answer": answer} for row, answer in zip(rows, answers, strict=True)]
        print(name, len(rows), " ".join(f"{key}={value:.3f}" for key, value in report[name].items()))
    for file in sys.argv[1:]:
        Path(file).write_text("\n".join(json.dumps(item, ensure_ascii=False) for item in detail), encoding="utf-8")


if __name__ == "__main__":
    main()
