"""What a turn takes from the ones before it: the question as it would have been asked at once."""

import re
from collections.abc import Mapping, Sequence

from bot.coach.rungs import is_about_careers, names_of, stage_before, stage_mentioned, stage_named, stage_pointed_at
from bot.coach.types import Turn
from knowledge.types import Stage, StageName
from knowledge.words import terms

_LEANING = re.compile(
    r"\W*(and|n|but|so|then|also|or|ok|okay|what about|how about|how bout|what if|which one|why|it|that|this|they|she"
    r"|he|him|her|same|still|now|no|yes|nope|yep)\b",
    re.IGNORECASE,
)
# With this many words that carry something, a turn is a question of its own.
_ENOUGH_ALONE = 6
# Turns further back have mostly been answered.
_BACK = 4


def in_context(
    asked: str, history: Sequence[Turn], own: StageName | None, stages: Mapping[StageName, Stage]
) -> tuple[str, StageName | None]:
    """The question behind the latest turn, and the stage it is about where that is said. own: the asker's stage."""
    earlier = [" ".join(turn.text.split()) for turn in history if turn.role == "user"][-_BACK:]
    if not earlier or (len(terms(asked)) >= _ENOUGH_ALONE and not _LEANING.match(asked)):
        named = stage_named(asked, stages)
        return asked, named and (stage_before(asked, own, stages) or named)
    before = " ".join(earlier)
    if not is_about_careers(f"{before} {asked}"):
        return f"{before} {asked}", None
    spoken_of = stage_mentioned(before, stages)
    meant = stage_mentioned(asked, stages) or stage_pointed_at(asked, spoken_of, own)
    if meant and spoken_of and meant != spoken_of:
        # The same question about another stage: the names of the others would draw the search back to them.
        for name, stage in stages.items():
            if name != meant:
                before = names_of(stage).sub(meant.replace("-", " "), before)
    text = f"{before} {asked}"
    return text, stage_before(text, own, stages) or meant or spoken_of
