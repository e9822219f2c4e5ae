"""What content files may hold, key by key; a key that is not here is refused."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from knowledge.types import Occasion, Source, StageName

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class RoadmapFront(_Strict):
    """The front matter of roadmap.md."""

    title: Text
    promise: Text
    reviewed: date
    sources: list[Source] = []


class GuideFront(RoadmapFront):
    """The front matter of a guide."""

    slug: Text
    stages: list[StageName]


class ScriptFront(_Strict):
    """The front matter of a script."""

    slug: Text
    title: Text
    stages: list[StageName]
    guides: list[Text]
    takes_over: Text
    reviewed: date
    situations: list[Text]
    sources: list[Source] = []


class StepRow(_Strict):
    """A step in stages.yaml."""

    id: Text
    do: Text
    proof: Text
    measure: Text
    guide: Text
    effort: Text
    after: list[Text] = []
    asked: list[Text] = []
    done_as: list[Text] = []


class StageRow(_Strict):
    """A stage in stages.yaml."""

    title: Text
    purpose: Text
    known_as: list[Text]
    gate: list[Text]
    steps: list[StepRow]


class HuddleRow(_Strict):
    """A huddle in huddles/*.yaml."""

    id: Text
    theme: Text
    opening: Text
    question: Text
    drill: Text
    number: Text
    behind: Text
    when: list[Occasion] = []
    short: Text
