"""Check a written version: every vector is there and found by itself.

Run in a process of its own, because a damaged index can end the process that reads it:
    python -m knowledge.index.check FOLDER VECTORS
"""

import sys
from pathlib import Path

from knowledge.index.vectors import VectorStore

# The search is approximate: even a sound graph may miss one of many near-duplicates, which words still find.
_TOLERATED = 2


def check(folder: Path, expected: int) -> str | None:
    """What is wrong with the vectors in a version's folder, or None."""
    store = VectorStore(folder / "chroma")
    try:
        total = sum(store.counts.values())
        if total != expected:
            return f"{total} vectors instead of {expected}"
        lost = store.lost()
        if len(lost) > max(_TOLERATED, total // 1000):
            return f"{len(lost)} of {total} vectors are not found by themselves, first {lost[0]}"
        return None
    finally:
        store.close()


if __name__ == "__main__":
    problem = check(Path(sys.argv[1]), int(sys.argv[2]))
    if problem:
        sys.exit(problem)
