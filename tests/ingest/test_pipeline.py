import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from filelock import FileLock

from ingest.fetch import Fetcher
from ingest.pipeline import Summary
from knowledge.errors import IngestRefused
from knowledge.index import build
from knowledge.index.embedder import Vectors
from knowledge.index.vectors import VectorStore
from knowledge.index.version import DocumentRecord, published, verify
from tests.conftest import Desk, FakeEmbedder, edit

here = pytest.mark.usefixtures("check_here")


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def records(desk: Desk) -> dict[str, DocumentRecord]:
    found = build.read_back(desk.index_dir)
    assert found
    return {record.id: record for record in found[0].documents}


def texts(desk: Desk, document: str) -> list[str]:
    found = build.read_back(desk.index_dir)
    assert found
    return [passage.text for passage in found[1] if passage.doc == document]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of an index, but for the lock that says nothing."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "ingest.lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def reasons(summary: Summary) -> dict[str, str]:
    return {Path(skipped.origin).name: skipped.reason for skipped in summary.skipped}


def test_a_file_is_added_checked_in_a_process_of_its_own_and_found(indexed: Desk, tmp_path: Path) -> None:
    file = write(
        tmp_path / "Where to park.md", "# Parking\n\nStaff park behind the zebra fence.\n\n## Keys\n\nIn B2.\n"
    )
    summary = indexed.ingest(file)
    assert (summary.added, summary.removed, summary.skipped) == (("clinic/where-to-park",), (), ())
    assert summary.embedded == len(indexed.embedder.encoded)
    assert all("zebra" in text or "B2" in text for text in indexed.embedder.encoded)
    assert published(indexed.index_dir)[0] == summary.published
    (record,) = records(indexed).values()
    assert (record.title, record.passages, record.source) == ("Parking", 2, str(file.resolve()))
    assert record.ingested == "2026-11-22"
    assert indexed.found("zebra fence")[0] == "clinic/where-to-park#parking"
    assert "guides/billing#what-is-a-deductible" in indexed.found("deductible")


@here
def test_a_folder_is_added_and_what_cannot_be_read_is_named(indexed: Desk, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    write(docs / "parking.md", "Park in the zebra lot.")
    write(docs / "deep" / "parking.txt", "Visitors park in the giraffe lot.")
    write(docs / "keys.html", "<html><body><h1>Keys</h1><p>The drawer holds the walrus key.</p></body></html>")
    write(docs / "photo.png", "no text")
    write(docs / "empty.md", " \n")
    write(docs / ".hidden.md", "Hidden.")
    summary = indexed.ingest(docs)
    assert sorted(summary.added) == ["clinic/keys", "clinic/parking", "clinic/parking-2"]
    assert set(reasons(summary)) == {"photo.png", "empty.md"}
    index = indexed.index()
    for word in ("zebra", "giraffe", "walrus"):
        assert word in index.search(word)[0].passage.text
    index.close()
    assert {record.source for record in records(indexed).values()} == {str(docs.resolve())}


@here
def test_a_folder_given_again_drops_what_vanished_and_keeps_the_rest(indexed: Desk, tmp_path: Path) -> None:
    gone, kept = write(tmp_path / "docs/gone.md", "The zebra lot."), write(tmp_path / "docs/kept.md", "The walrus.")
    alone = write(tmp_path / "alone.md", "The giraffe.")
    indexed.ingest(gone.parent, alone)
    gone.unlink()
    alone.unlink()
    summary = indexed.ingest(gone.parent)
    assert (summary.added, summary.removed) == (("clinic/kept",), ("clinic/gone",))
    assert set(records(indexed)) == {"clinic/kept", "clinic/alone"}
    assert kept.exists()


@here
def test_a_file_that_is_given_with_its_folder_later_belongs_to_the_folder(indexed: Desk, tmp_path: Path) -> None:
    gone = write(tmp_path / "docs/gone.md", "The zebra lot.")
    write(tmp_path / "docs/kept.md", "The walrus.")
    indexed.ingest(gone, tmp_path / "docs/kept.md")
    indexed.ingest(gone.parent)
    gone.unlink()
    assert indexed.ingest(gone.parent).removed == ("clinic/gone",)


@pytest.fixture
def site() -> Iterator[str]:
    """A site on loopback whose one page links to another."""
    pages = {
        "/help/start": "<html><body><h1>Help</h1><p>Ask <a href='/help/late'>Late</a></p></body></html>",
        "/help/late": "<html><body><h1>Late</h1><p>Fifteen minutes is the walrus rule.</p></body></html>",
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://clinic.example:{server.server_address[1]}/help/"
    server.shutdown()
    server.server_close()


@here
def test_a_page_is_added_with_its_address_and_followed_when_asked(indexed: Desk, site: str) -> None:
    def fetcher() -> Fetcher:
        return Fetcher(resolve=lambda host, port: ["127.0.0.1"], allowed=lambda address: True)

    assert indexed.ingest(f"{site}start", fetcher=fetcher()).added == ("clinic/start",)
    found = build.read_back(indexed.index_dir)
    assert found
    assert {passage.url for passage in found[1] if passage.kind == "clinic"} == {f"{site}start"}
    assert indexed.ingest(f"{site}start", fetcher=fetcher(), follow=True).added == ("clinic/start", "clinic/late")
    assert indexed.found("walrus")[0] == "clinic/late#late"
    assert reasons(indexed.ingest(f"{site}none", fetcher=fetcher())).keys() == {"none"}


@here
def test_a_document_given_again_is_replaced_and_removed_by_any_of_its_names(indexed: Desk, tmp_path: Path) -> None:
    file = write(tmp_path / "parking.md", "Park in the zebra lot.")
    for text in ("Park in the zebra lot.", "Park in the giraffe lot."):
        write(file, text)
        assert indexed.ingest(file).added == ("clinic/parking",)
        assert texts(indexed, "clinic/parking") == [text]
    held = tree(indexed.index_dir)
    for name in ("parking", "clinic/parking", str(file), "parking.md"):
        summary = indexed.ingest(remove=[name], dry_run=True)
        assert summary.removed == ("clinic/parking",)
    assert tree(indexed.index_dir) == held
    assert indexed.ingest(remove=["parking"]).removed == ("clinic/parking",)
    assert records(indexed) == {} and texts(indexed, "clinic/parking") == []
    with pytest.raises(IngestRefused, match="parking: no document of that name"):
        indexed.ingest(remove=["parking"])


def test_a_document_of_the_library_cannot_be_removed(indexed: Desk) -> None:
    with pytest.raises(IngestRefused, match="There are: none"):
        indexed.ingest(remove=["guides/billing"])


def test_an_unchanged_ingest_embeds_nothing_and_publishes_nothing(indexed: Desk) -> None:
    held = tree(indexed.index_dir)
    summary = indexed.ingest()
    assert (summary.published, summary.embedded) == (None, 0)
    assert summary.passages > 0
    assert indexed.embedder.encoded == []
    assert tree(indexed.index_dir) == held


@here
def test_a_version_that_was_asked_is_still_sound(indexed: Desk) -> None:
    indexed.found("deductible")
    assert indexed.ingest().published is None


@here
def test_a_changed_section_embeds_only_its_own_texts(indexed: Desk) -> None:
    edit(indexed.knowledge / "guides/billing.md", "before the insurer pays", "before the insurer pays a share")
    summary = indexed.ingest()
    assert summary.embedded == 1
    assert [text for text in indexed.embedder.encoded if "a share" in text] == indexed.embedder.encoded
    assert len(indexed.embedder.encoded) == 1


@here
def test_a_broken_file_keeps_what_was_indexed_before_and_the_others_are_published(
    indexed: Desk, tmp_path: Path
) -> None:
    file = write(tmp_path / "docs/parking.md", "Park in the zebra lot.")
    indexed.ingest(file.parent)
    file.write_bytes(b"Park in the caf\xe9 lot.")
    write(tmp_path / "docs/keys.md", "The walrus key.")
    summary = indexed.ingest(file.parent)
    assert summary.added == ("clinic/keys",)
    assert "UTF-8" in reasons(summary)["parking.md"]
    assert texts(indexed, "clinic/parking") == ["Park in the zebra lot."]
    assert texts(indexed, "clinic/keys") == ["The walrus key."]


def test_a_source_that_is_not_there_is_named_and_nothing_changes(indexed: Desk) -> None:
    held = tree(indexed.index_dir)
    assert "no such file" in reasons(indexed.ingest("nowhere.md"))["nowhere.md"]
    assert tree(indexed.index_dir) == held


@here
def test_a_large_loss_is_refused_unless_it_is_forced(indexed: Desk, tmp_path: Path) -> None:
    sections = "\n\n".join(f"## Rule {number}\n\nKeep rule number {number}." for number in range(60))
    indexed.ingest(write(tmp_path / "rules.md", sections))
    held = tree(indexed.index_dir)
    with pytest.raises(IngestRefused, match=r"would drop 60 of the \d+ passages.*--force"):
        indexed.ingest(remove=["rules"])
    assert tree(indexed.index_dir) == held
    assert indexed.ingest(remove=["rules"], force=True).removed == ("clinic/rules",)


def test_a_dry_run_says_what_would_change_and_writes_nothing(indexed: Desk, tmp_path: Path) -> None:
    held = tree(indexed.index_dir)
    summary = indexed.ingest(write(tmp_path / "parking.md", "The zebra lot."), dry_run=True)
    assert (summary.added, summary.published) == (("clinic/parking",), None)
    assert tree(indexed.index_dir) == held
    assert indexed.embedder.encoded == []


@here
@pytest.mark.parametrize("file", ["manifest.json", "chroma.sqlite3"])
def test_a_damaged_version_is_written_anew(file: str, indexed: Desk) -> None:
    (path,) = (indexed.index_dir / "versions").rglob(file)
    path.write_bytes(path.read_bytes()[:100])
    summary = indexed.ingest()
    assert summary.published is not None
    assert indexed.embedder.encoded == []
    verify(indexed.index_dir / "versions" / summary.published)
    assert indexed.found("deductible")


@here
def test_a_damaged_pointer_is_written_anew(indexed: Desk) -> None:
    (indexed.index_dir / "current").write_bytes(b"\xff\xfe\x00\x80")
    assert indexed.ingest().published == published(indexed.index_dir)[0]


@here
def test_a_damaged_cache_of_vectors_is_made_again(indexed: Desk, tmp_path: Path) -> None:
    (indexed.index_dir / "embeddings.sqlite").write_bytes(b"no database at all " * 100)
    assert indexed.ingest(write(tmp_path / "parking.md", "The zebra lot.")).added == ("clinic/parking",)


@here
def test_a_file_whose_name_is_no_text_does_not_stop_the_others(indexed: Desk, tmp_path: Path) -> None:
    write(tmp_path / "docs/keys.md", "The walrus key.")
    try:
        Path(os.fsdecode(os.fsencode(tmp_path / "docs") + b"/caf\xe9.md")).write_text("The zebra lot.")
    except OSError:
        pytest.skip("this system keeps such names out")
    assert "clinic/keys" in indexed.ingest(tmp_path / "docs").added


def test_a_second_ingest_at_the_same_time_is_refused(indexed: Desk) -> None:
    held = tree(indexed.index_dir)
    with FileLock(indexed.index_dir / "ingest.lock"), pytest.raises(IngestRefused, match="Another ingest is running"):
        indexed.ingest()
    assert tree(indexed.index_dir) == held


class Killed(BaseException):
    """Stands for the end of the process."""


@here
def test_a_crash_before_publishing_leaves_the_old_version_and_the_next_ingest_cleans_up(
    indexed: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = published(indexed.index_dir)
    file = write(tmp_path / "parking.md", "Park in the zebra lot.")

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(build, "publish", killed)
        with pytest.raises(Killed):
            indexed.ingest(file)
    assert published(indexed.index_dir) == before
    assert len(list((indexed.index_dir / "versions").iterdir())) == 2
    summary = indexed.ingest(file)
    assert summary.embedded == 0  # What the killed one had computed is not computed again.
    assert published(indexed.index_dir) == [summary.published, *before]
    assert {path.name for path in (indexed.index_dir / "versions").iterdir()} == set(published(indexed.index_dir))


def test_an_index_that_fails_its_check_is_not_published(
    indexed: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = published(indexed.index_dir)

    def half(self: VectorStore, collection: str, rows: Sequence[int], vectors: Vectors) -> None:
        add(self, collection, rows[::2], vectors[::2])

    add = VectorStore.add
    monkeypatch.setattr(VectorStore, "add", half)
    with pytest.raises(IngestRefused, match=r"failed its check and was not published.*instead of"):
        indexed.ingest(write(tmp_path / "parking.md", "Park in the zebra lot."))
    assert published(indexed.index_dir) == before


@here
def test_another_model_makes_the_index_anew(indexed: Desk) -> None:
    other = replace(indexed, embedder=FakeEmbedder("other", dimensions=32))
    assert other.ingest().embedded > 40
    assert other.found("deductible")


@here
def test_most_of_a_clinics_own_documents_are_not_dropped_unasked(indexed: Desk, tmp_path: Path) -> None:
    share = tmp_path / "share"
    for number in range(4):
        write(share / f"rule{number}.md", f"Rule {number} is about zebra {number}.")
    indexed.ingest(share)
    for number in range(3):
        (share / f"rule{number}.md").unlink()
    with pytest.raises(IngestRefused, match="--force"):
        indexed.ingest(share)
    assert len(records(indexed)) == 4
    assert len(indexed.ingest(share, force=True).removed) == 3


@here
def test_a_folder_that_is_suddenly_empty_drops_nothing(indexed: Desk, tmp_path: Path) -> None:
    file = write(tmp_path / "share" / "rule.md", "A rule about zebras.")
    indexed.ingest(tmp_path / "share")
    file.unlink()
    assert indexed.ingest(tmp_path / "share").removed == ()
    assert len(records(indexed)) == 1


@here
def test_a_file_that_vanished_from_a_subfolder_given_on_its_own_goes_with_the_folder(
    indexed: Desk, tmp_path: Path
) -> None:
    write(tmp_path / "share" / "rule.md", "A rule about zebras.")
    write(tmp_path / "share" / "more.md", "A rule about giraffes.")
    gone = write(tmp_path / "share" / "hr" / "leave.md", "A rule about walruses.")
    write(tmp_path / "share" / "hr" / "pay.md", "A rule about otters.")
    indexed.ingest(tmp_path / "share" / "hr")
    gone.unlink()
    assert indexed.ingest(tmp_path / "share").removed == ("clinic/leave",)


@here
def test_documents_that_only_a_damaged_version_held_are_never_dropped_in_silence(indexed: Desk, tmp_path: Path) -> None:
    file = write(tmp_path / "rule.md", "A rule about zebras.")
    indexed.ingest(file)
    (indexed.index_dir / "versions" / published(indexed.index_dir)[0] / "passages.sqlite").write_bytes(b"")
    with pytest.raises(IngestRefused, match=r"rule\.md"):
        indexed.ingest()
    indexed.ingest(force=True)
    indexed.ingest(file)
    assert texts(indexed, "clinic/rule") == ["A rule about zebras."]


@here
def test_control_characters_of_a_document_never_reach_a_terminal(indexed: Desk, tmp_path: Path) -> None:
    indexed.ingest(write(tmp_path / "rule.md", "# Ru\x1b]0;le\x07\n\nAbout\x1b[2J zebras.\n"))
    (record,) = records(indexed).values()
    assert record.title == "Ru]0;le"
    assert texts(indexed, "clinic/rule") == ["About[2J zebras."]


@here
def test_rules_between_sections_are_no_front_matter(indexed: Desk, tmp_path: Path) -> None:
    indexed.ingest(
        write(tmp_path / "rule.md", "---\n# Late\n\nCall after 15 minutes.\n\n---\n\n# Fees\n\nAsk first.\n")
    )
    assert "Call after 15 minutes." in " ".join(texts(indexed, "clinic/rule"))


@here
def test_a_failed_ingest_over_a_damaged_pointer_loses_no_document(indexed: Desk, tmp_path: Path) -> None:
    indexed.ingest(write(tmp_path / "rule.md", "A rule about zebras."))
    (indexed.index_dir / "current").write_bytes(b"\xff\xfe\x00\x80")
    more = write(tmp_path / "more.md", "A rule about giraffes.")

    def failing(_: Sequence[str]) -> Vectors:
        raise MemoryError

    working, indexed.embedder.encode = indexed.embedder.encode, failing  # type: ignore[method-assign]
    with pytest.raises(MemoryError):
        indexed.ingest(more)
    indexed.embedder.encode = working  # type: ignore[method-assign]
    indexed.ingest(more)
    assert texts(indexed, "clinic/rule") == ["A rule about zebras."]
