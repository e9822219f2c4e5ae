"""What goes into the coach and what comes out."""

from dataclasses import dataclass
from typing import Literal

from knowledge.types import StageName, Step

Role = Literal["staff", "trainee", "manager"]
Kind = Literal["answer", "script", "huddle", "help", "unknown", "decline", "handoff", "emergency"]


@dataclass(frozen=True)
class Turn:
    """One earlier message of the conversation."""

    role: Literal["user", "coach"]
    text: str


@dataclass(frozen=True)
class Message:
    """What a person just wrote, and the conversation before it, oldest first."""

    text: str
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True)
class Profile:
    """Who is asking. done: what they say they have done, in their own words."""

    stage: StageName | None = None
    role: Role | None = None
    done: tuple[str, ...] = ()


@dataclass(frozen=True)
class Citation:
    """Source number n of a reply; the text marks where it is used with [n]. quote: the words taken from it."""

    n: int
    doc: str
    title: str
    section: str
    url: str
    quote: str


@dataclass(frozen=True)
class Reply:
    """What the coach says. text is Markdown. retrieved: ids of the documents found, best first, at most ten."""

    kind: Kind
    text: str
    sources: tuple[Citation, ...] = ()
    next_steps: tuple[Step, ...] = ()
    retrieved: tuple[str, ...] = ()
