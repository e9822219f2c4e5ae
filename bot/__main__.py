"""The command line: chat, ask, batch, salary, slack, library."""

import json
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track

from bot.coach.types import Message, Profile
from knowledge.errors import CoachError, LibraryError, record
from knowledge.settings import load_settings
from knowledge.types import STAGES, StageName

if TYPE_CHECKING:
    from bot.wiring import App

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="A coach for medical-office staff.",
)

library_app = typer.Typer(rich_markup_mode=None, help="The content behind the answers.")
app.add_typer(library_app, name="library")

StageOption = Annotated[
    str | None, typer.Option("--stage", metavar="STAGE", help=f"Whose question it is: {', '.join(STAGES)}.")
]


@app.callback(invoke_without_command=True)
def run(context: typer.Context) -> None:
    """Without a command: Slack when its tokens are set, else a chat in this terminal."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if context.invoked_subcommand is None:
        if load_settings().has_slack:
            slack()
        else:
            chat()


@app.command()
def chat(stage: StageOption = None) -> None:
    """Talk with the coach in this terminal."""
    from bot.terminal import chat as talk

    def start() -> "App":
        # The parts of the coach are slow to import, too, so that waits for the background as well.
        from bot.wiring import build

        return build(settings)

    settings = load_settings()
    talk(start, Profile(_stage(stage)), Console(highlight=False))


@app.command()
def ask(
    question: str,
    stage: StageOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reply as a JSON object.")] = False,
) -> None:
    """Ask one question."""
    from bot.batch import as_object
    from bot.terminal import show
    from bot.wiring import build

    profile = Profile(_stage(stage))
    coach = build(load_settings())
    answer = coach.service.answer(Message(question), profile)
    if as_json:
        print(json.dumps(as_object(answer), ensure_ascii=False, indent=2))
    else:
        Console(highlight=False).print(show(answer.reply, dict(coach.library.stages)))


@app.command()
def batch(
    source: Annotated[Path, typer.Argument(metavar="IN.jsonl")],
    target: Annotated[Path, typer.Argument(metavar="OUT.jsonl")],
) -> None:
    """Answer a file of questions."""
    from bot.batch import answer_rows, read_rows, writable, write_rows
    from bot.wiring import build

    rows, problems = read_rows(source)
    if target.exists() and source.samefile(target):
        raise CoachError("IN and OUT are the same file. Name another one for the answers.")
    writable(target)
    coach = build(load_settings())
    coach.index.manifest()
    coach.embedder.load()
    console = Console(stderr=True)
    for _ in track(write_rows(target, answer_rows(coach.service, rows)), "Answering", total=len(rows), console=console):
        pass
    for problem in problems:
        print(problem, file=sys.stderr)
    print(
        f"Answered {len(rows)} questions." + (f" Skipped {len(problems)} lines." if problems else ""), file=sys.stderr
    )
    if problems:
        sys.exit(1)


@app.command()
def salary(
    stage: Annotated[
        str | None, typer.Option("--stage", metavar="STAGE", help=f"Whose pay it is: {', '.join(STAGES)}.")
    ] = None,
    state: Annotated[str | None, typer.Option("--state", help="A state, as Ohio or OH.")] = None,
    setting: Annotated[str | None, typer.Option("--setting", help="The workplace, as hospital.")] = None,
    years: Annotated[float | None, typer.Option("--years", min=0, max=60, help="Years of experience.")] = None,
    offer: Annotated[str | None, typer.Option("--offer", help="Pay to place: 19.50 an hour, or 41000 a year.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the range as a JSON object.")] = False,
) -> None:
    """Work out a range of pay from federal wages."""
    from bot.salary import as_object, read_offer, show_estimate, work_out
    from knowledge.library import load

    rung = _stage(stage)
    library = load(load_settings().knowledge_dir)
    found, offered = work_out(rung, state, setting, years, library.pay), read_offer(offer)
    if as_json:
        print(json.dumps(as_object(found, rung, offered, library.pay), ensure_ascii=False, indent=2))
    else:
        Console(highlight=False).print(show_estimate(found, rung, offered, library.stages, library.pay))


@app.command()
def slack() -> None:
    """Work in Slack, over Socket Mode."""
    from bot.slack.app import serve
    from bot.wiring import build

    settings = load_settings()
    if not settings.has_slack:
        raise CoachError(
            "Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN in .env; README.md, In Slack, says where to find them."
        )
    serve(build(settings))


@library_app.command("check")
def check_library() -> None:
    """Say what is wrong with the content, file by file and key by key."""
    from knowledge.library import load
    from knowledge.review import review

    folder = load_settings().knowledge_dir
    try:
        library = load(folder)
        findings = review(library, folder)
    except LibraryError as error:
        findings = error.problems
    if findings:
        print("\n".join(findings))
        sys.exit(1)
    steps = sum(1 for _ in library.steps())
    print(
        f"{folder}: {len(library.guides)} guides, {len(library.scripts)} scripts, {len(library.huddles)} huddles, "
        f"{steps} steps, {sum(1 for _ in library.passages()):,} passages. Nothing is wrong."
    )


def _stage(name: str | None) -> StageName | None:
    for stage in STAGES:
        if stage == name:
            return stage
    if name is None:
        return None
    raise CoachError(f"There is no stage {name}. The stages are {', '.join(STAGES)}.")


def main() -> None:
    """Run the command line; a failure ends it with a sentence, never a traceback."""
    try:
        app()
    except CoachError as error:
        sys.exit(str(error))
    except Exception as error:
        sys.exit(f"The coach could not go on. The log has the reason, under reference {record(error)}.")


if __name__ == "__main__":
    main()
