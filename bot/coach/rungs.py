"""Which stage a text speaks of: by name, from there up or down, or the asker's own."""

import re
from collections.abc import Mapping
from functools import lru_cache

from bot.coach.types import Profile
from knowledge.types import STAGES, Stage, StageName

# Words that show that a stage is meant as a rung of the ladder, and not the person down the hall who holds it.
_CAREER = re.compile(
    r"\b(becom\w*|promot\w*|get(ting)? to|mov\w+ up|role|stage|level|ladder|rung|path|career|ready for|interview\w*"
    r"|skills?|what (is|does|do|are)|as an?|for (an? )?(new )?|vs|versus|pay|paid|earns?|proof|portfolio|title)\b",
    re.IGNORECASE,
)
# Whoever speaks of "my manager" speaks of a person.
_SOMEBODYS = re.compile(r"\b(?:my|our|your|ur|her|his|their|ask(?:ed)?|tell|told) (?:new |old |own )?$", re.IGNORECASE)
# On the way to a rung: what opens the way is in the chapter of the rung below.
_TOWARDS = re.compile(
    r"\b(?:to|for|between me and|becom\w+|before|til|until|mak(?:e|ing)(?: it)?|want|beyond \w+ and|and)"
    r" (?:be )?(?:an? |the )?(?:next )?$",
    re.IGNORECASE,
)
_MOVING = re.compile(
    r"\b(?:get(?:ting)? (?:there|to|from)|mov\w+|step\w* up|promot\w+|becom\w+|ready|going for|go for|appl(?:y|ying)"
    r"|from|gap|stand\w* between|short of|missing|pick(?:ed)?|make it|want(?:ed)? to be|til|until|jump)\b",
    re.IGNORECASE,
)
_RUNG = r"(?:one|rung|level|seat|step|job|spot|stage|role|chair|tier)"
_UP = re.compile(
    rf"\b(?:(?:{_RUNG}|(?P<two>two|2)) (?:above|up|after)|next {_RUNG}|next (?:seat |rung )?up|skip (?P<skip>two|2)"
    r"|from there up|up from there)\b",
    re.IGNORECASE,
)
_DOWN = re.compile(rf"\b(?:{_RUNG} (?:down|below|under)|below (?:that|me|mine))\b", re.IGNORECASE)
_TOP = re.compile(rf"\b(?:top {_RUNG}|boss'?s? boss|bosses boss|running the place)\b", re.IGNORECASE)
_ONESELF = re.compile(r"\W*(?:and |n |ok |what about |how about |same for )*(?:me|my own|mine|myself)\b", re.IGNORECASE)


def own_stage(profile: Profile) -> StageName | None:
    """The asker's stage, from what is known of them."""
    if profile.stage:
        return profile.stage
    return {"trainee": "entry", "manager": "manager"}.get(profile.role or "")  # type: ignore[return-value]


def is_about_careers(text: str) -> bool:
    """Whether a stage that the text names would be meant as a rung, and not as a person."""
    return bool(_CAREER.search(text))


def stage_named(text: str, stages: Mapping[StageName, Stage]) -> StageName | None:
    """The stage that a text names as a rung of the ladder; the last one where it names several."""
    return stage_mentioned(text, stages) if is_about_careers(text) else None


def stage_mentioned(text: str, stages: Mapping[StageName, Stage]) -> StageName | None:
    """The stage whose name stands in a text, as a rung or not; the last one, and the longest where names overlap."""
    found = _last_name(text, stages)
    return found[1] if found else None


def stage_before(text: str, own: StageName | None, stages: Mapping[StageName, Stage]) -> StageName | None:
    """The stage below the rung to which the text asks for the way, unless the asker is there already; else None."""
    found = _last_name(text, stages)
    if not found or not _MOVING.search(text) or not _TOWARDS.search(text[: found[0]]):
        return None
    aim = STAGES.index(found[1])
    return None if own and STAGES.index(own) >= aim else STAGES[max(aim - 1, 0)]


def stage_pointed_at(text: str, spoken_of: StageName | None, own: StageName | None) -> StageName | None:
    """The stage that a turn points at without naming it: the top, one's own, or so many rungs from the one before."""
    if _TOP.search(text):
        return STAGES[-1]
    start = spoken_of or own
    if start and (up := _UP.search(text)):
        return _from(start, 2 if up["two"] or up["skip"] else 1)
    if start and _DOWN.search(text):
        return _from(start, -1)
    return own if _ONESELF.match(text) else None


def names_of(stage: Stage) -> re.Pattern[str]:
    """A pattern for any of a stage's names, longest first."""
    return _pattern((stage.name.replace("-", " "), *stage.known_as))


@lru_cache(maxsize=16)
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(set(names), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})(?:'?s)?\b", re.IGNORECASE)


def _last_name(text: str, stages: Mapping[StageName, Stage]) -> tuple[int, StageName] | None:
    found = [
        (match.end(), match.end() - match.start(), match.start(), name)
        for name, stage in stages.items()
        for match in names_of(stage).finditer(text)
        if not _SOMEBODYS.search(text[: match.start()])
    ]
    return max(found)[2:] if found else None


def _from(start: StageName, places: int) -> StageName:
    return STAGES[min(max(STAGES.index(start) + places, 0), len(STAGES) - 1)]
