"""What content files may hold, key by key; a key that is not here is refused."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from knowledge.pay import PayPart, PayStage, PayUnit
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
    no_script: Text | None = None


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


class WageRow(_Strict):
    """A row of wages.csv; the columns are its keys."""

    occupation_code: Annotated[str, StringConstraints(pattern=r"^\d\d-\d{4}$")]
    title: Text
    area: Text
    percentile: Literal[
        "10", "25", "50", "75", "90", "mean", "entry (NYS definition)", "experienced (NYS definition)"
    ]  # fmt: skip
    annual_usd: Annotated[int, Field(gt=0)]
    year: Annotated[str, StringConstraints(pattern=r"^(\d{4})?$")]
    source: Text


class StandInRow(_Strict):
    """The federal job that stands in for a stage, in pay.yaml."""

    who: Text
    occupation: Text
    called: Text
    percentiles: Annotated[list[Literal[10, 25, 50, 75, 90]], Field(min_length=2, max_length=3)]
    first: PayUnit
    why: Text
    misleads: Text


class YearsRow(_Strict):
    """Which part of a range years of experience point to, in pay.yaml."""

    under: Annotated[float, Field(gt=0)] | None = None
    part: PayPart


class SettingRow(_Strict):
    """A kind of workplace in pay.yaml."""

    place: Text
    area: Text | None = None
    said: Annotated[list[Text], Field(min_length=1)]


class PaySourcesRow(_Strict):
    """The sections that a reply about pay cites, in pay.yaml."""

    range: Text
    basis: Text
    limits: Text


class PaySourcesRows(_Strict):
    """Those sections by what is asked, in pay.yaml."""

    general: PaySourcesRow
    personal: PaySourcesRow


class PayFile(_Strict):
    """All of pay.yaml."""

    stand_ins: dict[PayStage, StandInRow]
    years: Annotated[list[YearsRow], Field(min_length=1)]
    settings: dict[Text, SettingRow]
    states: dict[Text, Annotated[list[Text], Field(min_length=1)]]
    sources: PaySourcesRows
    wording: dict[Text, Text]
