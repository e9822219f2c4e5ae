"""What a message asks for: the words to search, and the stage it is about."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.coach.conversation import in_context
from bot.coach.rungs import own_stage
from bot.coach.types import Message, Profile
from knowledge.types import Stage, StageName
from knowledge.words import terms

_GREETING = re.compile(
    r"\W*(hi|hello|hey|good (morning|afternoon|evening)|yo|howdy)( there| coach| all)?\W*", re.IGNORECASE
)
_HELP = re.compile(
    r"\W*(help|what can you do|how do(es)? (you|this|it) work|who are you|what are you)( me| for me)?\W*", re.IGNORECASE
)
_NEXT = re.compile(
    r"\b(what|where|whats|what's)\b.{0,30}\bnext\b|\bnext (step|skill|thing|project|move)\b|^\W*next\W*$"
    r"|\bwhere (do|should) i (start|begin)\b|\bwhat should i (work on|learn|take on|tackle|focus on)\b",
    re.IGNORECASE,
)
_SUBJECT = 3


@dataclass(frozen=True)
class Question:
    """A message understood. text: what to search for, earlier turns included where the message leans on them.

    stage: the stage the question names, else the asker's, else None; named: whether the question names it.
    wants_next: it asks for the next step, and names no subject.
    """

    asked: str
    text: str
    stage: StageName | None
    named: bool
    wants_next: bool = False


def is_greeting(text: str) -> bool:
    """Whether the message is a greeting and nothing else."""
    return bool(_GREETING.fullmatch(text))


def is_help(text: str) -> bool:
    """Whether the message asks what the coach is or does."""
    return bool(_HELP.fullmatch(text))


def understand(message: Message, profile: Profile, stages: Mapping[StageName, Stage]) -> Question:
    """The question behind a message."""
    asked, own = " ".join(message.text.split()), own_stage(profile)
    text, named = in_context(asked, message.history, own, stages)
    stage = named or own
    if stage and _NEXT.search(asked) and len(terms(_NEXT.sub("", asked))) < _SUBJECT:
        # Alone these words are near to everything, so the stage's own name is searched with them.
        return Question(asked, f"{stages[stage].title}: {asked}", stage, named=True, wants_next=True)
    return Question(asked, text, stage, named is not None)
