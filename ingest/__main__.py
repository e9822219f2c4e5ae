"""python -m ingest: fill the index with the library and with a clinic's own documents."""

import logging
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ingest.fetch import Fetcher
from ingest.pipeline import Request, Summary, ingest
from knowledge.errors import CoachError, record
from knowledge.index.build import read_back
from knowledge.index.embedder import Embedder
from knowledge.index.version import VersionDamaged, folder_of, published, verify
from knowledge.library import load
from knowledge.settings import Settings, load_settings

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def main(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOURCE]...", help="Files, folders or web pages of your clinic's own."),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Take the pages that a web page links to on its own site, too.")
    ] = False,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="NAME", help="Take a document of the clinic's out again.")
    ] = None,
    status: Annotated[bool, typer.Option("--status", help="Say what is indexed, and change nothing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Go on even if more than half of the passages would go.")
    ] = False,
) -> None:
    """Index the library, and any SOURCE of your clinic's own: Markdown, text, HTML, PDF or Word.

    Documents stay until they are removed. A folder given again is brought up to date.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        settings = load_settings()
        if status:
            print(_status(settings.index_dir))
            return
        request = Request(sources or [], follow, remove or [], force, dry_run)
        summary = _run(request, settings)
    except CoachError as error:
        sys.exit(str(error))
    for skipped in summary.skipped:
        print(f"Skipped {skipped.origin}: {skipped.reason}.", file=sys.stderr)
    print(_line(summary, dry_run))
    if summary.skipped:
        sys.exit(1)


def _run(request: Request, settings: Settings) -> Summary:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    library = load(settings.knowledge_dir)
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars, Fetcher() as fetcher:
        tasks: dict[str, int] = {}

        def progress(phase: str, done: int, total: int | None) -> None:
            if phase not in tasks:
                tasks[phase] = bars.add_task(phase, total=total)
            bars.update(tasks[phase], completed=done, total=total)  # type: ignore[arg-type]

        embedder = Embedder(settings.embedding_model)
        return ingest(request, settings.index_dir, library, embedder, fetcher, datetime.now(UTC), progress)


def _line(summary: Summary, dry_run: bool) -> str:
    changes = [f"{len(ids)} {what}" for ids, what in ((summary.added, "read"), (summary.removed, "removed")) if ids]
    skipped = f" Skipped {len(summary.skipped)}." if summary.skipped else ""
    held = f"{summary.passages:,} passages of {summary.documents} documents"
    own = f" Clinic documents: {', '.join(changes)}." if changes else ""
    if dry_run:
        return f"Would index {held}; nothing was changed.{own}{skipped}"
    if summary.published is None:
        return f"Nothing changed: {held} are indexed.{own}{skipped}"
    work = f"{summary.embedded:,} texts embedded, {summary.reused:,} known"
    return f"Indexed {held} in {summary.seconds:.1f} s ({work}).{own}{skipped}"


def _status(index_dir: Path) -> str:
    found = read_back(index_dir)
    if found is None:
        damaged = "The index is damaged. Run python -m ingest to make it again, with your clinic's documents."
        return damaged if published(index_dir) else "There is no index yet. Run python -m ingest to make it."
    manifest, _ = found
    lines = [
        f"Version {manifest.name}: {manifest.passages:,} passages, {manifest.vectors:,} vectors by {manifest.model}."
    ]
    for name in published(index_dir):
        try:
            verify(folder_of(index_dir, name))
        except VersionDamaged as damage:
            lines.append(f"Damaged: {damage}. Run python -m ingest to write it anew.")
    lines += [f"{r.id}: {r.title}, {r.passages} passages, from {r.origin}, {r.ingested}" for r in manifest.documents]
    return "\n".join(lines if manifest.documents else [*lines, "No documents of the clinic's own."])


if __name__ == "__main__":
    try:
        app()
    except Exception as error:
        sys.exit(
            f"The ingest could not go on; what was indexed is untouched. Its log names the reason {record(error)}."
        )
