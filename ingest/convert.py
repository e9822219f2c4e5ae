"""HTML, PDF and Word to Markdown, in a child process with limits on time, memory and output."""

import importlib
import io
import json
import os
import re
import subprocess
import sys
import threading
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from bs4.element import PreformattedString

from knowledge.errors import SourceError

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_START_SECONDS = 60.0
_MAX_UNPACKED_BYTES = 200 * 10**6
# Deflate cannot pass 1032:1; Word's own XML stays far below 100:1.
_MAX_RATIO = 300
# All that the child is given of the environment: it reads strangers' files and needs no tokens.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
_FORBIDDEN_EVENTS = ("socket.connect", "socket.getaddrinfo", "subprocess.", "os.system", "os.exec", "os.posix_spawn")
# Text can spell a link that a later reader of the Markdown would make live.
_ACTIVE = re.compile(r"\b(?:javascript|vbscript):\S+|\bdata:[a-z]+/[\w.+-]+[;,]\S*", re.IGNORECASE)
_DROPPED = "script, style, nav, aside, noscript, template, iframe, svg, footer, [aria-hidden=true], [hidden]"
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

_SLOW = "it took too long to read; split it into smaller files"
_CRASHED = "it is damaged, or too large to read; save it again, or split it into smaller files"
_MEMORY = "it needs too much memory to read; split it into smaller files"
_PROTECTED = "it is protected by a password; remove the protection and try again"
_BAD = {
    "text/html": "it cannot be read as a web page; save it again from a browser",
    "application/pdf": "it cannot be read as a PDF; it may be damaged",
    _WORD: "it cannot be read as a Word document; it may be damaged",
}


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
        if media_type not in _BAD:
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
        assert child is not None and child.stdin is not None and child.stdout is not None
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
            markdown = _clean(_READERS[question["media_type"]](Path(question["path"]).read_bytes()))
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
            reply = {"reason": _BAD[question["media_type"]]}
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


def _clean(markdown: str) -> str:
    # Lone surrogates and NULs can stand in a damaged PDF, and nothing later can store them.
    return _ACTIVE.sub("", markdown.encode("utf-8", "ignore").decode().replace("\0", "")).strip()


def _html(data: bytes) -> str:
    soup = BeautifulSoup(_decoded(data), "html.parser")
    title = soup.title.extract().get_text(" ", strip=True) if soup.title else ""
    page = _content(soup)
    if not page.get_text(strip=True):
        raise SourceError("it holds no text of its own; open it in a browser, print it to a PDF and add that")
    if title and not page.find("h1"):
        page.insert(0, soup.new_tag("h1", string=title))
    return _markdown(str(page))


def _decoded(data: bytes) -> str:
    body, marked = EncodingDetector.strip_byte_order_mark(data)
    declared = EncodingDetector.find_declared_encoding(body, is_html=True)
    for encoding in (marked or declared or "utf-8", "utf-8"):
        with suppress(LookupError, UnicodeError):
            return body.decode(encoding)
    return body.decode("cp1252", "replace")


def _content(soup: BeautifulSoup) -> Tag:
    """The part of the page that a reader came for."""

    def holds_most(tag: Tag) -> bool:
        return 2 * len(tag.get_text(strip=True)) > len(soup.get_text(strip=True))

    for mark in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
        mark.extract()
    for tag in [*soup.select(_DROPPED), *soup.find_all(style=_INVISIBLE)]:
        tag.decompose()
    for header in soup.select("header:not(article header, main header, section header)"):
        header.decompose()
    for form in soup.find_all("form"):
        if not holds_most(form):  # Some sites wrap the whole page in one form.
            form.decompose()
    return next((tag for tag in soup.select("main, [role=main], article") if holds_most(tag)), soup.body or soup)


def _markdown(html: str) -> str:
    from markitdown.converters import HtmlConverter

    converter = HtmlConverter()
    return converter.convert_string(html, strip=["a", "img"], escape_asterisks=False, escape_underscores=False).markdown


def _pdf(data: bytes) -> str:
    from markitdown import StreamInfo
    from markitdown.converters import PdfConverter
    from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
    except PDFEncryptionError:
        raise SourceError(_PROTECTED) from None
    # pdfminer reads what it can of a file cut short; half a document is not to be taken for the whole.
    if b"%%EOF" not in data.rstrip(b"\0\r\n ")[-2048:] or not any(PDFPage.create_pages(document)):
        raise SourceError(_BAD["application/pdf"])
    markdown = PdfConverter().convert(io.BytesIO(data), StreamInfo()).markdown
    if not re.sub(r"\(cid:\d+\)", "", markdown).strip():
        raise SourceError("it holds no text, only pictures; run it through text recognition (OCR) and add the result")
    return markdown


def _word(data: bytes) -> str:
    import mammoth
    from markitdown.converter_utils.docx.pre_process import pre_process_docx

    _check_word(data)
    # Not DocxConverter: it opens every picture, and a linked one fails the whole document.
    html: str = mammoth.convert_to_html(
        pre_process_docx(io.BytesIO(data)),
        style_map="p[style-name='Title'] => h1:fresh",
        include_embedded_style_map=False,
        convert_image=lambda image: [],
    ).value
    markdown = _markdown(html)
    if not markdown.strip():
        raise SourceError("it holds no text; check that it is the right file")
    return markdown


def _check_word(data: bytes) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        raise SourceError(_PROTECTED if encrypted else "it is an old Word file; save it as .docx and try again")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if any(part.flag_bits & 1 for part in parts):
            raise SourceError(_PROTECTED)
        absurd = any(part.file_size > max(_MAX_RATIO * part.compress_size, 2**20) for part in parts)
        if absurd or sum(part.file_size for part in parts) > _MAX_UNPACKED_BYTES:
            raise SourceError("it unpacks to far more than a document holds; save it again with Word")
        for part in parts:
            # Reading stops at the declared size and then compares the checksum, so that a lie about it shows here.
            content = archive.read(part)
            if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in content.replace(b"\0", b""):
                raise SourceError(_BAD[_WORD])


_READERS = {"text/html": _html, "application/pdf": _pdf, _WORD: _word}

if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
