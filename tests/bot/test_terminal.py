import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from bot.coach.types import Citation, Message, Profile, Reply, Turn
from bot.service import Service
from bot.terminal import chat, show
from knowledge.errors import CoachError
from knowledge.library import Library
from knowledge.types import STAGES

SOURCE = Citation(1, "guides/phones", "Phones", "How do I hold?", "", "Ask first.")


@dataclass
class Terminal:
    """A coach that repeats what it hears, talked to through standard input; heard holds what reached it."""

    library: Library
    patch: pytest.MonkeyPatch
    heard: list[tuple[Message, Profile]] = field(default_factory=list)

    def chat(self, *lines: str, stage: Any = None, start: Callable[[], Any] | None = None) -> str:
        """What the coach prints to someone who types these lines and leaves."""
        self.patch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        console = Console(file=io.StringIO(), width=200)
        chat(start or self._start, Profile(stage), console)
        return console.file.getvalue()  # type: ignore[attr-defined]

    def _start(self) -> Any:
        service = Service(self._reply, self.library.wording)
        return SimpleNamespace(service=service, library=self.library, embedder=SimpleNamespace(load=lambda: None))

    def _reply(self, message: Message, profile: Profile) -> Reply:
        self.heard.append((message, profile))
        return Reply("answer", f"You said: {message.text} [1]", (SOURCE,))


@pytest.fixture
def terminal(library: Library, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    return Terminal(library, monkeypatch)


def shown(reply: Reply, library: Library, width: int = 200) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(show(reply, dict(library.stages)))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_each_line_is_answered_in_order_and_then_it_ends(terminal: Terminal) -> None:
    printed = terminal.chat("hold a call?", "", "angry caller")
    assert printed.index("You said: hold a call?") < printed.index("You said: angry caller")
    assert len(terminal.heard) == 2


def test_nothing_typed_ends_without_a_word(terminal: Terminal) -> None:
    assert terminal.chat() == ""
    assert terminal.chat("", "   ") == ""


def test_a_line_is_heard_with_the_turns_before_it(terminal: Terminal) -> None:
    terminal.chat("no show fee", "and then?")
    assert terminal.heard[1][0] == Message(
        "and then?", (Turn("user", "no show fee"), Turn("coach", "You said: no show fee [1]"))
    )


def test_a_long_talk_is_remembered_by_its_end(terminal: Terminal) -> None:
    terminal.chat(*(f"question {number}" for number in range(20)))
    history = terminal.heard[-1][0].history
    assert [turn.role for turn in history] == ["user", "coach"] * (len(history) // 2)
    assert 2 <= len(history) < 20
    assert history[-2].text == "question 18"


@pytest.mark.parametrize("typed", ["senior", "SENIOR", " senior "])
def test_a_stage_that_is_set_goes_with_what_follows(typed: str, terminal: Terminal) -> None:
    printed = terminal.chat("one", f"/stage {typed}", "two")
    assert [profile.stage for _, profile in terminal.heard] == [None, "senior"]
    assert terminal.library.stages["senior"].title in printed


def test_a_stage_of_two_words_is_set_as_people_write_it(terminal: Terminal) -> None:
    terminal.chat("/stage assistant manager", "two")
    assert terminal.heard[0][1].stage == "assistant-manager"


def test_the_stage_alone_is_told_with_the_others(terminal: Terminal) -> None:
    printed = terminal.chat("/stage", stage="lead")
    assert all(stage in printed for stage in STAGES)
    assert "not set" not in printed
    assert "not set" in terminal.chat("/stage")


def test_an_unknown_stage_is_refused_and_the_old_one_kept(terminal: Terminal) -> None:
    printed = terminal.chat("/stage boss", "one", stage="lead")
    assert all(stage in printed for stage in STAGES)
    assert terminal.heard[0][1].stage == "lead"


@pytest.mark.parametrize("typed", ["/help", "/what", "/"])
def test_a_command_that_is_none_shows_those_there_are(typed: str, terminal: Terminal) -> None:
    printed = terminal.chat(typed)
    assert all(command in printed for command in ("/stage", "/help", "/quit"))
    assert not terminal.heard


@pytest.mark.parametrize("typed", ["/quit", "/exit"])
def test_leaving_leaves_the_rest_unread(typed: str, terminal: Terminal) -> None:
    terminal.chat("one", typed, "two")
    assert [message.text for message, _ in terminal.heard] == ["one"]


def test_a_failing_start_is_told_when_the_coach_is_first_needed(terminal: Terminal) -> None:
    def start() -> Any:
        raise CoachError("There is no index yet. Run python -m ingest to make it.")

    assert "/quit" in terminal.chat("/help", start=start)
    with pytest.raises(CoachError, match="There is no index yet"):
        terminal.chat("hold?", start=start)


def test_a_reply_shows_its_words_its_sources_and_the_next_step(library: Library) -> None:
    step = library.stages["lead"].steps[0]
    linked = replace(SOURCE, n=2, title="Desk", url="https://example.org/desk")
    printed = shown(Reply("answer", "Ask **first**. [1] Wait. [2]", (SOURCE, linked), (step,)), library)
    assert "Ask first. [1] Wait. [2]" in printed
    assert "[1] Phones, How do I hold?" in printed
    assert "[2] Desk, How do I hold? (https://example.org/desk)" in printed
    words = " ".join(printed.replace("\u2502", " ").split())
    assert all(part in words for part in (step.do, step.proof, step.measure, step.guide, library.stages["lead"].title))


def test_a_reply_without_sources_and_steps_is_its_words_alone(library: Library) -> None:
    assert shown(Reply("help", "Ask me."), library).split() == ["Ask", "me."]


@pytest.mark.parametrize("title", ["Fees [draft]", "Keys [/b]", "[red]Alerts", "Hold [1]"])
def test_brackets_in_a_clinics_title_are_shown_as_they_are(title: str, library: Library) -> None:
    source = Citation(1, "clinic/fees", title, f"{title} again", "", "Ask first.")
    assert f"[1] {title}, {title} again" in shown(Reply("answer", "Ask. [1]", (source,)), library)
