"""HTML, PDF and Word files to Markdown. Runs only in the converter's child process: the files are strangers'."""

import io
import re
import zipfile
from contextlib import suppress

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from bs4.element import PreformattedString

from knowledge.errors import SourceError

HTML = "text/html"
PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

DAMAGED = {
    HTML: "it cannot be read as a web page; save it again from a browser",
    PDF: "it cannot be read as a PDF; it may be damaged",
    WORD: "it cannot be read as a Word document; it may be damaged",
}
_PROTECTED = "it is protected by a password; remove the protection and try again"
_MAX_UNPACKED_BYTES = 200 * 10**6
# Deflate cannot pass 1032:1; Word's own XML stays far below 100:1.
_MAX_RATIO = 300
# Text can spell a link that a later reader of the Markdown would make live.
_ACTIVE = re.compile(r"\b(?:javascript|vbscript):\S+|\bdata:[a-z]+/[\w.+-]+[;,]\S*", re.IGNORECASE)
_DROPPED = "script, style, nav, aside, noscript, template, iframe, svg, footer, [aria-hidden=true], [hidden]"
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def read(data: bytes, media_type: str) -> str:
    """A file's text as Markdown; raises SourceError with the reason, or what the parser raises on a damaged file."""
    markdown = {HTML: _html, PDF: _pdf, WORD: _word}[media_type](data)
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
        raise SourceError(DAMAGED[PDF])
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
        convert_image=lambda _: [],
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
                raise SourceError(DAMAGED[WORD])
