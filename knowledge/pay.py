"""The nouns of the salary calculator, as frozen values: federal wages, and the coach's words on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from knowledge.types import StageName

PayPart = Literal["lower", "middle", "upper"]
PayUnit = Literal["hour", "year"]
PayStage = StageName | Literal["any"]


@dataclass(frozen=True)
class Wage:
    """One row of wages.csv: what a share of the people in a federal job earn at most, or their mean.

    occupation: the SOC code. area: a state, the United States, or `US: ` and an industry. percentile: "10" to "90", or
    "mean". annual: dollars a year. year: that of the survey, each in May; None for an undated file.
    """

    occupation: str
    title: str
    area: str
    percentile: str
    annual: int
    year: int | None
    source: str


@dataclass(frozen=True)
class StandIn:
    """The federal job that stands in for a stage, and the percentiles that bound its range, rising.

    called, who, misleads: words for a reply. why: why it stands in. first: what its people count their pay by.
    """

    who: str
    occupation: str
    called: str
    percentiles: tuple[int, ...]
    first: PayUnit
    why: str
    misleads: str


@dataclass(frozen=True)
class PaySetting:
    """A kind of workplace, such as one place: "in a hospital".

    said: how people name it. area: the area in wages.csv, None where the data has none.
    """

    place: str
    said: tuple[str, ...]
    area: str | None


@dataclass(frozen=True)
class PayWording:
    """The calculator's sentences, from pay.yaml; words in braces are filled in. gap_*: what the data lacks."""

    hourly: str
    yearly: str
    everywhere: str
    in_state: str
    range: str
    range_moved: str
    national: str
    offer_below: str
    offer_inside: str
    offer_above: str
    offer_hourly: str
    offer_yearly: str
    placed_under: str
    placed_at: str
    placed_between: str
    placed_over: str
    basis: str
    scaled_state: str
    scaled_setting: str
    years_some: str
    years_one: str
    years_none: str
    years: str
    part_lower: str
    part_middle: str
    part_upper: str
    lacks: str
    no_state: str
    no_state_for_all: str
    no_setting: str
    certificate: str
    use: str
    several: str
    several_moved: str
    several_row: str
    several_basis: str
    gap_state: str
    gap_spread: str
    gap_setting: str
    gap_years: str
    gap_certification: str
    gap_place: str


@dataclass(frozen=True)
class PaySources:
    """Ids of the passages that a reply cites: for the range, for what it rests on, for what the data lacks."""

    range: str
    basis: str
    limits: str


@dataclass(frozen=True)
class Pay:
    """The wage figures, and what a coach says about them.

    stand_ins: by stage, "any" when it is not known. years: (years a row is under, or None for any, and the part of the
    range that it points to). states: by their name in wages.csv, the postal code first among their other names.
    general: sources on what a stage pays; personal: on a person or an offer.
    """

    wages: tuple[Wage, ...]
    stand_ins: Mapping[PayStage, StandIn]
    years: tuple[tuple[float | None, PayPart], ...]
    settings: Mapping[str, PaySetting]
    states: Mapping[str, tuple[str, ...]]
    general: PaySources
    personal: PaySources
    wording: PayWording
