import contextlib
import os
import signal
import threading
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from ingest.convert import Converter
from knowledge.errors import SourceError

HTML = "text/html"
PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.fixture(scope="module")
def shared() -> Iterator[Converter]:
    with Converter() as converter:
        yield converter


def converted(converter: Converter, folder: Path, data: bytes | str, media_type: str) -> str:
    path = folder / "document"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return converter.convert(path, media_type)


def refusal(converter: Converter, folder: Path, data: bytes | str, media_type: str) -> str:
    with pytest.raises(SourceError) as caught:
        converted(converter, folder, data, media_type)
    return str(caught.value)


def pdf(text: str, trailer: str = "") -> bytes:
    drawing = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode() if text else b"0 0 10 10 re f"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            table,
            trailer.encode(),
            len(out),
        )
    )


def docx(body: str, more: dict[str, bytes] | None = None, prolog: str = "") -> bytes:
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    kinds = "http://schemas.openxmlformats.org/package/2006/content-types"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kinds}">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument"'
        ' Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<?xml version="1.0"?>{prolog}<w:document xmlns:w="{W}" xmlns:r="{office}"><w:body>'
        f"{body}</w:body></w:document>",
        "word/styles.xml": f'<w:styles xmlns:w="{W}"><w:style w:type="paragraph" w:styleId="Heading1">'
        '<w:name w:val="heading 1"/></w:style><w:style w:type="paragraph" w:styleId="Title">'
        '<w:name w:val="Title"/></w:style></w:styles>',
    }
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, **(more or {})}.items():
            archive.writestr(name, content)
    return packed.getvalue()


def paragraph(text: str, style: str = "") -> str:
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}<w:r><w:t>{text}</w:t></w:r></w:p>"


def test_html_keeps_headings_lists_and_tables_and_drops_the_frame(shared: Converter, tmp_path: Path) -> None:
    page = """<!doctype html><html><head><title>T</title><style>p{}</style></head><body>
      <header>Site name</header><nav>Menu</nav>
      <main><article><header><h1>Referrals</h1></header><!-- draft -->
        <p>Call the <a href="https://example.org/x">specialist</a> today. <img src="a.png" alt="logo"></p>
        <ul><li>Fax the form</li><li>Log it</li></ul>
        <table><tr><th>Day</th><th>Who</th></tr><tr><td>Mon</td><td>Ann</td></tr></table>
        <p hidden>secret one</p><p style="display: none">secret two</p><p aria-hidden="true">secret three</p>
        <form><input name="q">Search</form><script>alert(1)</script><noscript>No script</noscript>
        <template>Tmpl</template><iframe src="x">Frame</iframe><svg><text>Pic</text></svg>
      </article></main><aside>Advert</aside><footer>Copyright</footer></body></html>"""
    markdown = converted(shared, tmp_path, page, HTML)
    assert markdown.startswith("# Referrals")
    assert "Call the specialist today." in markdown
    assert "* Fax the form\n* Log it" in markdown
    assert "| Mon | Ann |" in markdown
    for dropped in (
        *("Site name", "Menu", "secret", "Search", "alert", "No script", "Tmpl", "Frame", "Pic", "Advert"),
        *("Copyright", "draft", "example.org", "logo", "a.png", "p{}"),
    ):
        assert dropped not in markdown


def test_html_main_is_ignored_when_the_text_is_elsewhere(shared: Converter, tmp_path: Path) -> None:
    page = f"<main>Short</main><div>{'The text that counts. ' * 20}</div>"
    assert "The text that counts" in converted(shared, tmp_path, page, HTML)


def test_html_form_around_the_whole_page_is_read(shared: Converter, tmp_path: Path) -> None:
    page = "<body><form><h1>Fees</h1><p>A copy costs nothing.</p></form></body>"
    assert converted(shared, tmp_path, page, HTML) == "# Fees\n\nA copy costs nothing."


def test_html_title_stands_in_for_a_missing_heading(shared: Converter, tmp_path: Path) -> None:
    page = "<html><head><title>Parking</title></head><body><p>Behind the house.</p></body></html>"
    assert converted(shared, tmp_path, page, HTML) == "# Parking\n\nBehind the house."


@pytest.mark.parametrize(
    "data",
    [
        "<p>Käse</p>".encode(),
        '<meta charset="iso-8859-1"><p>Käse</p>'.encode("iso-8859-1"),
        "<p>Käse</p>".encode("cp1252"),
        '\ufeff<meta charset="iso-8859-1"><p>Käse</p>'.encode(),
        "\ufeff<p>Käse</p>".encode("utf-16-le"),
        '<meta charset="no-such"><p>Käse</p>'.encode(),
    ],
)
def test_html_is_decoded_as_declared(shared: Converter, tmp_path: Path, data: bytes) -> None:
    assert converted(shared, tmp_path, data, HTML) == "Käse"


def test_active_addresses_never_come_through(shared: Converter, tmp_path: Path) -> None:
    page = """<p>Words <a href="javascript:steal()">here</a> <img src="data:image/png;base64,AAAA">
      and [there](javascript:steal()) or ![x](data:text/html;base64,PHM+)</p><p>The data: name and date.</p>"""
    markdown = converted(shared, tmp_path, page, HTML)
    assert "steal" not in markdown and "base64" not in markdown
    assert "Words here" in markdown and "The data: name and date." in markdown


def test_html_without_text_is_refused(shared: Converter, tmp_path: Path) -> None:
    assert "no text" in refusal(shared, tmp_path, "<title>App</title><div id=root></div><script>x</script>", HTML)


def test_deeply_nested_html_does_no_harm(shared: Converter, tmp_path: Path) -> None:
    assert "inside" in converted(shared, tmp_path, "<div>" * 5000 + "inside" + "</div>" * 5000, HTML)


def test_pdf_text_is_read(shared: Converter, tmp_path: Path) -> None:
    assert "Call back within a day" in converted(shared, tmp_path, pdf("Call back within a day"), PDF)


def test_pdf_of_pictures_is_named(shared: Converter, tmp_path: Path) -> None:
    assert "it holds no text, only pictures" in refusal(shared, tmp_path, pdf(""), PDF)


@pytest.mark.parametrize("data", [b"%PDF-1.4\n", b"hello", pdf("Cut")[:-40], pdf("Cut")[:300]])
def test_damaged_pdf_is_named(shared: Converter, tmp_path: Path, data: bytes) -> None:
    assert refusal(shared, tmp_path, data, PDF) == "it cannot be read as a PDF; it may be damaged"


def test_protected_pdf_is_named(shared: Converter, tmp_path: Path) -> None:
    key = "<" + "ab" * 32 + ">"
    locked = pdf("x", f"/ID [<01> <01>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O {key} /U {key} >>")
    reason = "it is protected by a password; remove the protection and try again"
    assert refusal(shared, tmp_path, locked, PDF) == reason


def test_word_headings_tables_and_text_are_read(shared: Converter, tmp_path: Path) -> None:
    cells = "".join(f"<w:tr><w:tc>{paragraph(a)}</w:tc><w:tc>{paragraph(b)}</w:tc></w:tr>" for a, b in ("AB", "CD"))
    body = (
        paragraph("Front desk", "Title")
        + paragraph("Opening", "Heading1")
        + paragraph("Doors at eight.")
        + f"<w:tbl>{cells}</w:tbl>"
    )
    markdown = converted(shared, tmp_path, docx(body), WORD)
    assert markdown.startswith("# Front desk\n\n# Opening\n\nDoors at eight.")
    assert "| C | D |" in markdown


def test_word_with_a_linked_picture_is_read_without_it(shared: Converter, tmp_path: Path) -> None:
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    picture = (
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{drawing}/wordprocessingDrawing">'
        f'<a:graphic xmlns:a="{drawing}/main"><a:graphicData>'
        f'<pic:pic xmlns:pic="{drawing}/picture"><pic:blipFill><a:blip r:link="r9"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r9"'
        b' Type="x/image" Target="file:///etc/hostname" TargetMode="External"/></Relationships>'
    )
    data = docx(picture + paragraph("Words"), {"word/_rels/document.xml.rels": relations})
    assert converted(shared, tmp_path, data, WORD) == "Words"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_word_entities_are_never_resolved(shared: Converter, tmp_path: Path, encoding: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    document = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
        f'<w:document xmlns:w="{W}"><w:body>{paragraph("&e; words")}</w:body></w:document>'
    ).encode(encoding)
    reason = refusal(shared, tmp_path, docx("", {"word/document.xml": document}), WORD)
    assert reason == "it cannot be read as a Word document; it may be damaged"


def another_zip() -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("notes.txt", "not a Word document")
    return packed.getvalue()


@pytest.mark.parametrize("data", [b"hello", another_zip(), docx(paragraph("Cut"))[:-60], docx(paragraph("Cut"))[:200]])
def test_damaged_word_document_is_named(shared: Converter, tmp_path: Path, data: bytes) -> None:
    assert refusal(shared, tmp_path, data, WORD) == "it cannot be read as a Word document; it may be damaged"


def test_protected_and_old_word_documents_are_named(shared: Converter, tmp_path: Path) -> None:
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    assert "old Word file" in refusal(shared, tmp_path, container, WORD)
    locked = container + "EncryptedPackage".encode("utf-16-le")
    assert "protected by a password" in refusal(shared, tmp_path, locked, WORD)
    marked = bytearray(docx(paragraph("x")))
    marked[marked.rindex(b"PK\x01\x02") + 8] |= 1
    assert "protected by a password" in refusal(shared, tmp_path, bytes(marked), WORD)


def test_word_bomb_is_refused(shared: Converter, tmp_path: Path) -> None:
    bomb = docx(paragraph("x"), {"word/media/image1.png": bytes(8 * 2**20)})
    assert "unpacks to far more" in refusal(shared, tmp_path, bomb, WORD)


def test_word_bomb_that_lies_about_its_size_is_refused(shared: Converter, tmp_path: Path) -> None:
    bomb = bytearray(docx(paragraph("x"), {"word/media/image1.png": bytes(8 * 2**20)}))
    entry = bomb.rindex(b"PK\x01\x02")
    bomb[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")
    assert "may be damaged" in refusal(shared, tmp_path, bytes(bomb), WORD)


def test_word_without_text_is_named(shared: Converter, tmp_path: Path) -> None:
    assert "it holds no text" in refusal(shared, tmp_path, docx("<w:p/>"), WORD)


def test_missing_file_and_unknown_type_are_named(shared: Converter, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be opened"):
        shared.convert(tmp_path / "none", HTML)
    with pytest.raises(SourceError, match="type is not read"):
        shared.convert(tmp_path / "none", "image/png")


def test_too_much_text_is_refused(tmp_path: Path) -> None:
    with Converter(max_chars=10) as converter:
        assert "too much text" in refusal(converter, tmp_path, "<p>Far more than ten letters</p>", HTML)
        assert converted(converter, tmp_path, "<p>Short</p>", HTML) == "Short"


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited where the system can")
def test_too_much_memory_is_refused_and_the_next_file_works(tmp_path: Path) -> None:
    with Converter(memory_bytes=16 * 2**20) as converter:
        assert "too much memory" in refusal(converter, tmp_path, "x" * 2**26, HTML)
        assert converted(converter, tmp_path, "<p>Short</p>", HTML) == "Short"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a file that never ends")
def test_hanging_file_is_given_up_and_the_next_works(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless")
    with Converter(timeout_seconds=0.5) as converter:
        started = time.monotonic()
        with pytest.raises(SourceError, match="took too long"):
            converter.convert(tmp_path / "endless", HTML)
        assert time.monotonic() - started < 10
        assert converted(converter, tmp_path, "<p>Short</p>", HTML) == "Short"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the child through /proc")
def test_killed_child_costs_one_file_at_most(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless")
    before = children()
    with Converter() as converter:
        assert converted(converter, tmp_path, "<p>First</p>", HTML) == "First"
        [child] = children() - before

        def kill_while_it_reads() -> None:
            # Opening the pipe's other end succeeds once the child is in the midst of reading it.
            with (tmp_path / "endless").open("wb"):
                os.kill(child, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)

        killer = threading.Thread(target=kill_while_it_reads)
        killer.start()
        with pytest.raises(SourceError, match="damaged, or too large"):
            converter.convert(tmp_path / "endless", HTML)
        killer.join()
        assert converted(converter, tmp_path, "<p>Second</p>", HTML) == "Second"
        [child] = children() - before
        os.kill(child, signal.SIGKILL)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        assert converted(converter, tmp_path, "<p>Third</p>", HTML) == "Third"


def children() -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and "ingest.convert" in (entry / "cmdline").read_text():
                found.add(int(entry.name))
    return found
