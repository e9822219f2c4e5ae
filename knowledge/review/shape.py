"""The measures that content keeps: length of sections, how many of each kind, and stories that say what they are."""

import re
from collections.abc import Iterator

from knowledge.library import Library
from knowledge.markdown import plain
from knowledge.review.places import at_passage, file_of

SECTION_WORDS = 150
STEPS = (15, 25)
SECTIONS = (12, 25)
HUDDLES = 60

_STORIES = "guides/success-stories"
_STORY = re.compile(r"^\*\*(?:Timeline|Proof|Turning point):\*\*", re.MULTILINE)


def check_shape(library: Library) -> Iterator[str]:
    """A finding for each section over length, story that hides that it is made up, and count out of its bounds."""
    for passage in library.passages():
        words = len(plain(passage.text).split())
        if passage.kind != "script" and words > SECTION_WORDS:
            yield (
                f"{at_passage(passage)}: {words} words, of at most {SECTION_WORDS}; "
                "cut it, or make two sections of it that answer one question each"
            )
    for passage in library.guides[_STORIES].passages if _STORIES in library.guides else ():
        if _STORY.search(passage.text) and "composite" not in passage.text.lower().partition("\n\n")[0]:
            yield f"{at_passage(passage)}: a story must say at its start that it is a composite, no real person"
    yield from _counts(library)


def _counts(library: Library) -> Iterator[str]:
    for stage in library.stages.values():
        if not STEPS[0] <= len(stage.steps) <= STEPS[1]:
            yield f"stages.yaml: {stage.name}.steps: {len(stage.steps)} steps, and a stage has {STEPS[0]} to {STEPS[1]}"
    for guide in library.guides.values():
        # A term that a guide defines stands a level lower, and a guide may define as many as there are.
        questions = sum(len(passage.path) == 2 for passage in guide.passages)
        if len(guide.passages) < SECTIONS[0]:
            yield f"{file_of(guide.id)}: {len(guide.passages)} sections, of at least {SECTIONS[0]}; answer more"
        if questions > SECTIONS[1]:
            yield (
                f"{file_of(guide.id)}: {questions} sections under ##, of at most {SECTIONS[1]}; "
                "make two guides of it, or put terms that it defines under ###"
            )
    if len(library.huddles) < HUDDLES:
        yield f"huddles: {len(library.huddles)} huddles, of at least {HUDDLES}; write more"
