"""What a stage pays: a range from federal wages, the sum behind it, and what the data lacks. Dollars, full time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.coach.compose import fill
from knowledge.pay import Pay, PayPart, StandIn, Wage
from knowledge.types import StageName
from knowledge.wages import NATION, PERCENTILES, newest

# BLS counts a full-time year as 2,080 hours.
HOURS = 2080
_HALF_A_CENT = 0.005


@dataclass(frozen=True)
class Point:
    """A point of pay: the percentile it is, such as "25th", or "halfway" between the two beside it.

    annual: dollars a year. hourly: dollars an hour.
    """

    percentile: str
    annual: int
    hourly: float


@dataclass(frozen=True)
class Factor:
    """One figure over another, by which a range is multiplied."""

    over: Wage
    under: Wage

    @property
    def ratio(self) -> float:
        return self.over.annual / self.under.annual


@dataclass(frozen=True)
class Estimate:
    """A range of pay. low, mid, high: its ends and middle; scale: the five percentiles of the same job and place.

    national: the range before the factors, of the year national_year. year: the oldest one behind the figures (surveys
    are in May), so the level of pay that they show. state, setting: those that a factor stands for, None where the data
    has none. part: where the years point. sources: as wages.csv names them. gaps: what the data lacks, in sentences.
    """

    stand_in: StandIn
    title: str
    low: Point
    mid: Point
    high: Point
    scale: tuple[Point, ...]
    national: tuple[Point, ...]
    national_year: int
    year: int
    state: str | None
    setting: str | None
    years: float | None
    part: PayPart | None
    factors: tuple[Factor, ...]
    sources: tuple[str, ...]
    gaps: tuple[str, ...]


def estimate(
    stage: StageName | None, state: str | None, setting: str | None, years: float | None, pay: Pay
) -> Estimate:
    """The range for a stage, for a state and a setting where the data has them, from the newest national percentiles.

    state: as wages.csv names it. setting: a key of pay.settings. Each factor is a figure of wages.csv over another: a
    state's mean over the nation's, an industry's median over all industries'. With factors, figures are rounded to $100
    a year and 5 cents an hour, since they are no published ones.
    """
    stand_in = pay.stand_ins[stage or "any"]
    rows = {name: _national(pay, stand_in, name) for name in (*PERCENTILES, "mean")}
    of_state = newest(pay.wages, stand_in.occupation, state, "mean") if state else None
    area = pay.settings[setting].area if setting else None
    of_setting = newest(pay.wages, stand_in.occupation, area, "50") if area else None
    if of_setting and of_setting.year != rows["50"].year:
        of_setting = None
    factors = [Factor(of_state, rows["mean"])] if of_state else []
    factors += [Factor(of_setting, rows["50"])] if of_setting else []
    points = {name: rows[name].annual for name in PERCENTILES}
    low, mid, high = _range(points, stand_in, factors)
    used = [rows["50"], *(factor.over for factor in factors)]
    return Estimate(
        stand_in, rows["50"].title, low, mid, high,
        tuple(_point(f"{name}th", annual, factors) for name, annual in points.items()), _range(points, stand_in, []),
        rows["50"].year or 0, min(wage.year or 0 for wage in used), state if of_state else None,
        setting if of_setting else None, years, _part(years, pay), tuple(factors),
        tuple(dict.fromkeys(wage.source for wage in used)), _gaps(state, setting, of_state, of_setting, pay),
    )  # fmt: skip


def yearly(hourly: float) -> int:
    """A full-time year's pay, in dollars."""
    return round(hourly * HOURS)


def verdict(hourly: float, found: Estimate) -> Literal["below", "inside", "above"]:
    """Where an hourly wage lies, seen from a range."""
    if hourly < found.low.hourly - _HALF_A_CENT:
        return "below"
    return "above" if hourly > found.high.hourly + _HALF_A_CENT else "inside"


def placed(hourly: float, found: Estimate) -> tuple[str | None, str | None]:
    """The percentiles that an hourly wage lies between; None for no such end, twice the same for a wage right on it."""
    under = [point.percentile for point in found.scale if point.hourly <= hourly + _HALF_A_CENT]
    over = [point.percentile for point in found.scale if point.hourly >= hourly - _HALF_A_CENT]
    return (under[-1] if under else None, over[0] if over else None)


def _national(pay: Pay, stand_in: StandIn, percentile: str) -> Wage:
    wage = newest(pay.wages, stand_in.occupation, NATION, percentile)
    assert wage, "the loader lets no stand-in without national figures through"
    return wage


def _range(points: Mapping[str, int], stand_in: StandIn, factors: list[Factor]) -> tuple[Point, Point, Point]:
    names = [str(percentile) for percentile in stand_in.percentiles]
    low, high = points[names[0]], points[names[-1]]
    mid = (
        _point(f"{names[1]}th", points[names[1]], factors)
        if len(names) > 2
        else _point("halfway", (low + high) / 2, factors)
    )
    return _point(f"{names[0]}th", low, factors), mid, _point(f"{names[-1]}th", high, factors)


def _point(percentile: str, annual: float, factors: list[Factor]) -> Point:
    for factor in factors:
        annual *= factor.ratio
    if factors:
        return Point(percentile, round(annual / 100) * 100, round(annual / HOURS * 20) / 20)
    return Point(percentile, round(annual / 10) * 10, round(annual / HOURS, 2))


def _part(years: float | None, pay: Pay) -> PayPart | None:
    if years is None:
        return None
    return next(part for under, part in pay.years if under is None or years < under)


def _gaps(
    state: str | None, setting: str | None, of_state: Wage | None, of_setting: Wage | None, pay: Pay
) -> tuple[str, ...]:
    words, gaps = pay.wording, []
    if state and of_state:
        gaps.append(fill(words.gap_spread, {"state": state, "year": str(of_state.year)}))
    elif state:
        gaps.append(fill(words.gap_state, {"state": state}))
    if setting and not of_setting:
        gaps.append(fill(words.gap_setting, {"setting": pay.settings[setting].place}))
    return (*gaps, words.gap_years, words.gap_certification, words.gap_place)
