"""HTML, PDF and Word to Markdown, in a child process with limits on time, memory and output."""

import importlib
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from ingest.readers import DAMAGED, read
from knowledge.errors import SourceError

_START_SECONDS = 60.0
# All that the child is given of the environment: it reads strangers' files and needs no tokens.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
_FORBIDDEN_EVENTS = ("socket.connect", "socket.getaddrinfo", "subprocess.", "os.system", "os.exec", "os.posix_spawn")

_SLOW = "it took too long to read; split it into smaller files"
_CRASHED = "it is damaged, or too large to read; save it again, or split it into smaller files"
_MEMORY = "it needs too much memory to read; split it into smaller files"


class Converter:
    """Converts one file after another to Markdown, in a child that is replaced when a file is too much for it.

    timeout_seconds: per file. memory_bytes: what the child may take for files, where the system can limit it.
    max_chars: of Markdown. Not for use from several threads at once.
    """

    def __init__(
        self, timeout_seconds: float = 60.0, memory_bytes: int = 3 * 2**29, max_chars: int = 5_000_000
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._limits = [str(memory_bytes), str(max_chars)]
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Converter":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def convert(self, path: Path, media_type: str) -> str:
        """The file's text as Markdown; raises SourceError with the reason when there is none to be had."""
        if media_type not in DAMAGED:
            raise SourceError("this type is not read; use a web page, PDF or Word (.docx) document")
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._start()
        question = {"path": str(path.resolve()), "media_type": media_type}
        reply = self._ask(question, self._timeout_seconds, _CRASHED)
        if "reason" not in reply:
            return reply["markdown"]
        if reply["reason"] == _MEMORY:
            self.close()
        raise SourceError(reply["reason"])

    def close(self) -> None:
        """End the child, if there is one; a later `convert` starts another."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.communicate()

    def _start(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "ingest.convert", *self._limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).resolve().parent.parent,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        )
        # The child says when its imports are done, so that they do not count against the first file.
        self._ask(None, _START_SECONDS, "the document reader did not start; reinstall the coach and try again")

    def _ask(self, question: dict[str, str] | None, seconds: float, otherwise: str) -> dict[str, str]:
        """The child's next line; a child that gives none in time is killed."""
        child = self._child
        assert child is not None
        assert child.stdin is not None
        assert child.stdout is not None
        late = threading.Event()

        def stop() -> None:
            late.set()
            child.kill()

        # Killing the child ends the read below, on every platform, where waiting on a pipe is not to be had on all.
        watch = threading.Timer(seconds, stop)
        watch.start()
        try:
            if question is not None:
                child.stdin.write(json.dumps(question).encode() + b"\n")
                child.stdin.flush()
            reply: dict[str, str] = json.loads(child.stdout.readline())
        except (OSError, ValueError):
            self.close()
            raise SourceError(_SLOW if late.is_set() and question else otherwise) from None
        finally:
            watch.cancel()
            watch.join()
        if late.is_set():
            self.close()
        return reply


def _serve(memory_bytes: int, max_chars: int) -> None:
    """The child: a line {} when ready, then for each {"path", "media_type"} a {"markdown"} or {"reason"}."""
    wire = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # What a library prints must not end up between the lines of the protocol.
    for name in ("mammoth", "markitdown", "pdfplumber"):
        importlib.import_module(name)
    _limit_memory(memory_bytes)
    sys.addaudithook(_stay_inside)
    wire.write(b"{}\n")
    wire.flush()
    for line in sys.stdin.buffer:
        question = json.loads(line)
        try:
            markdown = read(Path(question["path"]).read_bytes(), question["media_type"])
            reply = {"markdown": markdown}
            if len(markdown) > max_chars:
                reply = {"reason": "it holds too much text for one document; split it into smaller files"}
        except SourceError as error:
            reply = {"reason": str(error)}
        except (FileNotFoundError, PermissionError, IsADirectoryError):
            reply = {"reason": "it cannot be opened; check that you may read it"}
        except MemoryError:
            reply = {"reason": _MEMORY}
        except Exception:
            reply = {"reason": DAMAGED[question["media_type"]]}
        wire.write(json.dumps(reply).encode() + b"\n")
        wire.flush()


def _limit_memory(memory_bytes: int) -> None:
    with suppress(ImportError, OSError):
        import resource

        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = mapped + memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


def _stay_inside(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN_EVENTS):
        raise RuntimeError(event)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
