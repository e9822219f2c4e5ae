"""What a message asks for: the words to search, and the stage it is about."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.coach.types import Message, Profile, Turn
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
# Words that show that a stage is meant as a rung of the ladder, and not the person down the hall who holds it.
_CAREER = re.compile(
    r"\b(becom\w*|promot\w*|get(ting)? to|mov\w+ up|role|stage|level|ladder|rung|path|career|ready for|interview\w*"
    r"|skills?|what (is|does|do|are)|as an?|for (an? )?(new )?|vs|versus|pay|paid|earns?|proof|portfolio|title)\b",
    re.IGNORECASE,
)
_LEANING = re.compile(
    r"\W*(and|but|so|then|also|or|ok|what about|how about|what if|which one|why|it|that|this|they|she|he|him|her)\b",
    re.IGNORECASE,
)
_ENOUGH_ALONE = 4
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
    asked = " ".join(message.text.split())
    text = _with_history(asked, message.history)
    named = stage_named(asked, stages) or (stage_named(text, stages) if text != asked else None)
    stage = named or own_stage(profile)
    if stage and _NEXT.search(asked) and len(terms(_NEXT.sub("", asked))) < _SUBJECT:
        # Alone these words are near to everything, so the stage's own name is searched with them.
        return Question(asked, f"{stages[stage].title}: {asked}", stage, named=True, wants_next=True)
    return Question(asked, text, stage, named is not None)


def own_stage(profile: Profile) -> StageName | None:
    """The asker's stage, from what is known of them."""
    if profile.stage:
        return profile.stage
    return {"trainee": "entry", "manager": "manager"}.get(profile.role or "")  # type: ignore[return-value]


def stage_named(text: str, stages: Mapping[StageName, Stage]) -> StageName | None:
    """The stage that a text names as a rung of the ladder; the last one where it names several."""
    if not _CAREER.search(text):
        return None
    found: list[tuple[int, int, StageName]] = []
    for name, stage in stages.items():
        for phrase in {name.replace("-", " "), *stage.known_as}:
            for match in re.finditer(rf"\b{re.escape(phrase)}s?\b", text, re.IGNORECASE):
                found.append((match.end(), len(phrase), name))
    return max(found)[2] if found else None


def _with_history(asked: str, history: Sequence[Turn]) -> str:
    earlier = [" ".join(turn.text.split()) for turn in history if turn.role == "user"]
    alone = len(terms(asked)) > _ENOUGH_ALONE and not _LEANING.match(asked)
    return asked if alone or not earlier else f"{earlier[-1]} {asked}"
