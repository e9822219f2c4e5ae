"""Ingests are killed at random moments while another process keeps asking: no error, and no answer of two versions."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import Desk

KILLS = 6
DOCUMENTS = 60

# Each version's documents carry a marker word of their own. The embedder is slow, so that it is killed as well.
INGEST = """
import sys, time
from pathlib import Path
from tests.conftest import Desk, FakeEmbedder

class Slow(FakeEmbedder):
    def encode(self, texts):
        for _ in texts:
            time.sleep(0.004)
        return super().encode(texts)

print("started", flush=True)
root = Path(sys.argv[1])
Desk(root / "knowledge", root / "index", Slow()).ingest(root / "docs")
"""

ASK = """
import json, sys
from pathlib import Path
from knowledge.index.search import Index
from tests.conftest import FakeEmbedder

index = Index(Path(sys.argv[1]) / "index", FakeEmbedder())
print("asking", flush=True)
while not (Path(sys.argv[1]) / "stop").exists():
    hits = index.search("which marker has the zebra desk", k=80)
    words = {hit.passage.text.split()[-1] for hit in hits if hit.passage.kind == "clinic"}
    print(json.dumps([len(hits), sorted(words)]), flush=True)
index.close()
"""


def mark(docs: Path, marker: str) -> None:
    docs.mkdir(exist_ok=True)
    for number in range(DOCUMENTS):
        (docs / f"desk-{number}.md").write_text(f"# Desk {number}\n\nThe zebra desk {number} has the marker {marker}\n")


def start(script: str, root: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", script, str(root)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def test_killed_ingests_are_never_noticed_by_who_asks(indexed: Desk, tmp_path: Path) -> None:
    moments = random.Random(20261122)
    docs = tmp_path / "docs"
    mark(docs, "first")
    indexed.ingest(docs)
    with (tmp_path / "answers").open("w") as answers:
        asking = subprocess.Popen(
            [sys.executable, "-c", ASK, str(tmp_path)], stdout=answers, stderr=subprocess.PIPE, text=True
        )
    killed = 0
    for number in range(KILLS):
        mark(docs, f"kill{number}")
        ingesting = start(INGEST, tmp_path)
        time.sleep(moments.uniform(0.05, 2.5))
        ingesting.kill()
        ingesting.communicate()
        killed += ingesting.returncode == -signal.SIGKILL
    mark(docs, "last")
    summary = indexed.ingest(docs)
    deadline = time.monotonic() + 10
    while '[60, ["last"]]' not in last_lines(tmp_path / "answers") and time.monotonic() < deadline:
        time.sleep(0.05)
    (tmp_path / "stop").touch()
    _, errors = asking.communicate(timeout=30)

    assert asking.returncode == 0, errors
    assert errors == ""
    assert killed >= KILLS / 2
    assert summary.published
    assert {path.name for path in (indexed.index_dir / "versions").iterdir()} >= {summary.published}
    lines = [json.loads(line) for line in (tmp_path / "answers").read_text().splitlines()[1:]]
    assert len(lines) > 50
    assert lines[0][1] == ["first"] and lines[-1][1] == ["last"]
    assert [line for line in lines if len(line[1]) != 1] == []


def last_lines(file: Path) -> str:
    return file.read_text()[-500:]
