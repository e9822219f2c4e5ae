"""The coach in a terminal."""

import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from bot.coach.types import Message, Profile, Reply, Turn
from knowledge.types import STAGES, Stage, StageName, Step

if TYPE_CHECKING:
    from bot.wiring import App

_COMMANDS = """\
/stage            show your stage and the others
/stage senior     set your stage, so that the next step fits you
/help             this list
/quit             leave (or press Ctrl-D)"""
_HISTORY = 6


def chat(start: Callable[[], "App"], profile: Profile, console: Console) -> None:
    """Talk until the person leaves, or, without a terminal, answer each line of standard input and end.

    start: makes the coach; it runs beside the prompt, so that the person can type at once.
    """
    booting = _Booting(start)
    if sys.stdin.isatty():
        console.print(
            "[bold]Clinic coach[/] Ask about the front desk or your next step. /help for more, Ctrl-D to leave."
        )
        _converse(booting, profile, console, _typed(console))
    else:
        _converse(booting, profile, console, (line.rstrip("\n") for line in sys.stdin))


def show(reply: Reply, stages: dict[StageName, Stage]) -> RenderableType:
    """A reply as it looks in a terminal: the words, their sources, the next step."""
    parts: list[RenderableType] = [Markdown(reply.text)]
    if reply.sources:
        lines = [
            f"[{source.n}] {source.title}, {source.section}" + (f" ({source.url})" if source.url else "")
            for source in reply.sources
        ]
        parts.append(Text("\n".join(lines), style="dim"))
    parts += [_step(step, stages[step.stage]) for step in reply.next_steps]
    spaced = [Padding(part, (0, 0, 1, 0)) for part in parts]
    return Group(*spaced)


def _step(step: Step, stage: Stage) -> RenderableType:
    body = Text.assemble(
        step.do, ("\nProof: ", "bold"), step.proof, ("\nIt worked when: ", "bold"), step.measure,
        (f"\n{step.effort} \u00b7 {step.guide}", "dim"),
    )  # fmt: skip
    return Panel(body, title=f"Next step, {stage.title}", title_align="left", border_style="green")


class _Booting:
    """An App being built in the background; failures surface when it is first needed."""

    def __init__(self, start: Callable[[], "App"]) -> None:
        self._app: App | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(start,), daemon=True)
        self._thread.start()

    def _run(self, start: Callable[[], "App"]) -> None:
        try:
            self._app = start()
            self._app.embedder.load()
        except Exception as error:
            self._error = error

    def app(self, console: Console) -> "App":
        if self._thread.is_alive() and console.is_terminal:
            with console.status("Getting ready"):
                self._thread.join()
        self._thread.join()
        if self._app is None or self._error:
            raise self._error or RuntimeError("the coach did not start")
        return self._app


def _typed(console: Console) -> Iterable[str]:
    while True:
        try:
            yield console.input("[bold cyan]you>[/] ")
        except (EOFError, KeyboardInterrupt):
            console.print()
            return


def _converse(booting: _Booting, profile: Profile, console: Console, lines: Iterable[str]) -> None:
    history: list[Turn] = []
    for line in lines:
        text = line.strip()
        if not text:
            continue
        if text.startswith("/"):
            if text in ("/quit", "/exit"):
                return
            profile = _command(text, profile, booting, console)
            continue
        app = booting.app(console)
        reply = app.service.answer(Message(text, tuple(history)), profile).reply
        console.print()
        console.print(show(reply, dict(app.library.stages)))
        history = [*history, Turn("user", text), Turn("coach", reply.text)][-_HISTORY:]


def _command(text: str, profile: Profile, booting: _Booting, console: Console) -> Profile:
    name, _, argument = text.partition(" ")
    if name != "/stage":
        console.print(Text(_COMMANDS), highlight=False)
        return profile
    wanted = argument.strip().lower().replace(" ", "-")
    if wanted in STAGES:
        stage = booting.app(console).library.stages[wanted]
        console.print(f"Your stage is [bold]{stage.title}[/]. {stage.purpose}")
        return replace(profile, stage=wanted)
    if argument:
        console.print(f"There is no stage of that name. The stages are {', '.join(STAGES)}.")
    else:
        console.print(f"Your stage is {profile.stage or 'not set'}. Set it with /stage and one of {', '.join(STAGES)}.")
    return profile
