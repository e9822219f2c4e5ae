"""Ingests are killed at random moments while another process keeps asking: no error, and no answer of two versions."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import Desk

KILLS = 6
DOCUMENTS = 60
AGAINST_HANGING_SECONDS = 20

# Forks an ingest for each line it reads, says its process id, and how it ended. The embedder is slow, so that ingests
# are killed while it works as well.
INGESTS = """
import os, sys, time
from pathlib import Path
import chromadb
from tests.conftest import Desk, FakeEmbedder

class Slow(FakeEmbedder):
    def encode(self, texts):
        time.sleep(0.004 * len(texts))
        return super().encode(texts)

root = Path(sys.argv[1])
for _ in sys.stdin:
    if not (child := os.fork()):
        Desk(root / "knowledge", root / "index", Slow()).ingest(root / "docs")
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

# Says for each search which marker words it found, until there is a file named stop.
ASKS = """
import json, sys, time
from pathlib import Path
from knowledge.index.search import Index
from tests.conftest import FakeEmbedder

root = Path(sys.argv[1])
index = Index(root / "index", FakeEmbedder())
while not (root / "stop").exists():
    hits = index.search("which marker has the zebra desk", k=80)
    markers = {hit.passage.text.split()[-1] for hit in hits if hit.passage.kind == "clinic"}
    print(json.dumps(sorted(markers)), flush=True)
    time.sleep(0.01)
index.close()
"""


def mark(docs: Path, marker: str) -> None:
    """Give all documents a marker word, so that each version has one of its own."""
    docs.mkdir(exist_ok=True)
    for number in range(DOCUMENTS):
        (docs / f"desk-{number}.md").write_text(f"# Desk {number}\n\nThe zebra desk {number} has the marker {marker}\n")


def test_killed_ingests_are_never_noticed_by_who_asks(indexed: Desk, tmp_path: Path) -> None:
    moments = random.Random(20261122)
    docs, said = tmp_path / "docs", tmp_path / "answers"
    mark(docs, "first")
    indexed.ingest(docs)

    def answers() -> list[list[str]]:
        return [json.loads(line) for line in said.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def wait_for(marker: str) -> None:
        give_up = time.monotonic() + AGAINST_HANGING_SECONDS
        while answers()[-1:] != [[marker]] and asking.poll() is None and time.monotonic() < give_up:
            time.sleep(0.05)

    def start(script: str, **streams: object) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", script, str(tmp_path)]
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **streams)  # type: ignore[call-overload, no-any-return]

    endings = []
    with said.open("w") as out, start(ASKS, stdout=out) as asking:
        try:
            wait_for("first")
            with start(INGESTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as ingests:
                for number in range(KILLS):
                    mark(docs, f"kill{number}")
                    ingests.stdin.write("again\n")
                    ingests.stdin.flush()
                    child = int(ingests.stdout.readline())
                    time.sleep(moments.uniform(0.05, 2.0))
                    os.kill(child, signal.SIGKILL)
                    endings.append(int(ingests.stdout.readline()))
            mark(docs, "last")
            summary = indexed.ingest(docs)
            wait_for("last")
        finally:
            (tmp_path / "stop").touch()
        _, errors = asking.communicate(timeout=AGAINST_HANGING_SECONDS)

    assert (asking.returncode, errors) == (0, "")
    assert endings.count(-signal.SIGKILL) >= KILLS / 2
    assert summary.published
    assert {folder.name for folder in (tmp_path / "index/versions").iterdir()} >= {summary.published}
    assert (answers()[0], answers()[-1]) == (["first"], ["last"])
    assert [markers for markers in answers() if len(markers) != 1] == []
