import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from knowledge.index.version import (
    DocumentRecord,
    Manifest,
    VersionDamaged,
    fingerprints,
    folder_of,
    prune,
    publish,
    published,
    verify,
)

RECORD = DocumentRecord("clinic/parking", "Parking", "/docs", "/docs/parking.md", 2, "2026-11-22")


def version(index_dir: Path, name: str) -> Path:
    """A version's folder, complete and not yet published."""
    folder = folder_of(index_dir, name)
    (folder / "chroma" / "segment").mkdir(parents=True)
    (folder / "passages.sqlite").write_bytes(b"passages of " + name.encode())
    (folder / "chroma" / "segment" / "data_level0.bin").write_bytes(bytes(100))
    (folder / "chroma" / "segment" / "index_metadata.pickle").write_bytes(bytes(10))
    with closing(sqlite3.connect(folder / "chroma" / "chroma.sqlite3")) as db:
        db.execute("CREATE TABLE locks (id INTEGER PRIMARY KEY, name TEXT)")
        db.execute("INSERT INTO locks(name) VALUES (?)", ("x" * 9000,))
        db.commit()
    Manifest(name, "fake", "fake@1", 1, 1, "digest", (RECORD,), fingerprints(folder)).write(folder)
    return folder


def test_nothing_is_published_in_a_new_folder(tmp_path: Path) -> None:
    assert published(tmp_path) == []


def test_publishing_keeps_the_last_two_and_deletes_what_is_older(tmp_path: Path) -> None:
    for name in ("v1", "v2", "v3"):
        version(tmp_path, name)
        publish(tmp_path, name)
    assert published(tmp_path) == ["v3", "v2"]
    assert sorted(path.name for path in (tmp_path / "versions").iterdir()) == ["v2", "v3"]


def test_publishing_a_version_again_does_not_push_out_the_one_before_it(tmp_path: Path) -> None:
    for name in ("v1", "v2", "v2"):
        if not folder_of(tmp_path, name).exists():
            version(tmp_path, name)
        publish(tmp_path, name)
    assert published(tmp_path) == ["v2", "v1"]


def test_pruning_deletes_only_what_is_not_published(tmp_path: Path) -> None:
    version(tmp_path, "v1")
    publish(tmp_path, "v1")
    version(tmp_path, "half-written")
    (tmp_path / "embeddings.sqlite").write_bytes(b"cache")
    prune(tmp_path)
    assert [path.name for path in (tmp_path / "versions").iterdir()] == ["v1"]
    assert (tmp_path / "embeddings.sqlite").exists()


def test_pruning_an_empty_folder_is_nothing(tmp_path: Path) -> None:
    prune(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc", "a/b", "..", ".", "a b.c", "-", "\0"])
def test_a_name_that_could_leave_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(VersionDamaged):
        folder_of(tmp_path, name)


def test_a_pointer_of_bytes_that_are_no_text_names_no_sound_version(tmp_path: Path) -> None:
    (tmp_path / "current").write_bytes(b"\xff\xfe\x00\x80")
    for name in published(tmp_path):
        with pytest.raises(VersionDamaged):
            verify(folder_of(tmp_path, name))


def test_a_sound_version_is_verified_to_its_manifest(tmp_path: Path) -> None:
    manifest = verify(version(tmp_path, "v1"))
    assert (manifest.name, manifest.documents) == ("v1", (RECORD,))
    assert set(manifest.files) == {
        "passages.sqlite",
        "chroma/chroma.sqlite3",
        "chroma/segment/data_level0.bin",
        "chroma/segment/index_metadata.pickle",
    }


def test_a_row_that_chroma_adds_when_it_opens_a_folder_is_no_damage(tmp_path: Path) -> None:
    folder = version(tmp_path, "v1")
    with closing(sqlite3.connect(folder / "chroma" / "chroma.sqlite3")) as db:
        db.execute("INSERT INTO locks(name) VALUES ('a reader')")
        db.commit()
    assert verify(folder).name == "v1"


@pytest.mark.parametrize("file", ["passages.sqlite", "chroma/chroma.sqlite3", "chroma/segment/data_level0.bin"])
@pytest.mark.parametrize("how", ["truncated", "overwritten", "missing", "folder"])
def test_damage_to_any_file_is_found_and_named(file: str, how: str, tmp_path: Path) -> None:
    path = version(tmp_path, "v1") / file
    data = path.read_bytes()
    path.unlink()
    if how == "truncated":
        path.write_bytes(data[: len(data) // 2])
    elif how == "overwritten":
        path.write_bytes(b"\xff" * len(data))
    elif how == "folder":
        path.mkdir()
    with pytest.raises(VersionDamaged, match=file):
        verify(path.parents[len(Path(file).parts) - 1])


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"documents": [], "files": {}}', '{"documents": 3}'])
def test_a_manifest_that_cannot_be_read_is_damage(text: str, tmp_path: Path) -> None:
    folder = version(tmp_path, "v1")
    (folder / "manifest.json").write_text(text)
    with pytest.raises(VersionDamaged):
        verify(folder)


def test_a_folder_that_is_not_there_is_damage(tmp_path: Path) -> None:
    with pytest.raises(VersionDamaged):
        verify(tmp_path / "versions" / "gone")


def test_damage_outside_the_part_that_is_asked_for_does_not_matter(tmp_path: Path) -> None:
    folder = version(tmp_path, "v1")
    (folder / "chroma" / "segment" / "data_level0.bin").unlink()
    assert verify(folder, only="passages").name == "v1"
    with pytest.raises(VersionDamaged):
        verify(folder)
