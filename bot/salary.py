"""The salary calculator in a terminal: options in, a table or a JSON object out."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.coach.pay import Estimate, estimate, placed, verdict
from bot.coach.pay_details import Offer, find_offers, find_setting, find_state
from bot.coach.pay_reply import factor_words, money, offer_sentence, place_words, years_sentence
from knowledge.errors import CoachError
from knowledge.pay import Pay
from knowledge.types import Stage, StageName


def work_out(
    stage: StageName | None, state: str | None, setting: str | None, years: float | None, pay: Pay
) -> Estimate:
    """The range for what was typed; raises CoachError with the choices for a state or setting that is not known."""
    return estimate(stage, _state(state, pay), _setting(setting, pay), years, pay)


def read_offer(text: str | None) -> Offer | None:
    """An offer as it was typed: 19.50, $19.50/hr, 41000 or 41k."""
    if text is None:
        return None
    plain = text.strip().lstrip("$").replace(",", "")
    offers = find_offers(f"${plain}")[0]
    if len(offers) != 1:
        raise CoachError(f"The offer {text} is no pay by the hour or the year. Write it as 19.50 or 41000.")
    return offers[0]


def show_estimate(
    found: Estimate, stage: StageName | None, offer: Offer | None, stages: Mapping[StageName, Stage], pay: Pay
) -> RenderableType:
    """A range as it looks in a terminal: the figures, where an offer lies, what it rests on, what the data lacks."""
    title = f"{stages[stage].title if stage else 'Front desk'}, {place_words(found, pay)}, May {found.year}"
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("")
    table.add_column("percentile")
    table.add_column("an hour", justify="right")
    table.add_column("a year, full time", justify="right")
    for name, point in (("low", found.low), ("middle", found.mid), ("high", found.high)):
        table.add_row(name, point.percentile, money(point.hourly), money(point.annual))
    parts: list[RenderableType] = [table]
    if offer:
        parts.append(Text(offer_sentence(offer, found, pay) + "\n"))
    rests = [f"{found.title} ({found.stand_in.occupation}). {found.stand_in.why} {found.stand_in.misleads}"]
    rests += [factor_words(factor, pay) for factor in found.factors] + [f"Source: {source}" for source in found.sources]
    if sentence := years_sentence(found, pay):
        rests.append(sentence)
    for heading, lines in (("It rests on", rests), ("What the data lacks", found.gaps)):
        parts.append(Text.assemble((f"{heading}\n", "bold"), "\n".join(f"- {line}" for line in lines), "\n"))
    return Group(*parts)


def as_object(found: Estimate, stage: StageName | None, offer: Offer | None, pay: Pay) -> dict[str, Any]:
    """A range as a JSON object; money in dollars."""
    result: dict[str, Any] = {
        "stage": stage,
        "state": found.state,
        "setting": found.setting,
        "years": found.years,
        "part": found.part,
        "low": asdict(found.low),
        "mid": asdict(found.mid),
        "high": asdict(found.high),
        "percentiles": [asdict(point) for point in found.scale],
        "year": found.year,
        "occupation": found.stand_in.occupation,
        "title": found.title,
        "sums": [factor_words(factor, pay) for factor in found.factors],
        "sources": list(found.sources),
        "gaps": list(found.gaps),
    }
    if offer:
        result["offer"] = {
            **asdict(offer),
            "verdict": verdict(offer.hourly, found),
            "between": list(placed(offer.hourly, found)),
        }
    return result


def _state(text: str | None, pay: Pay) -> str | None:
    if text is None:
        return None
    wanted = " ".join(text.split())
    for state, (code, *_) in pay.states.items():
        if wanted.upper() == code:
            return state
    found, rest = find_state(wanted, pay)
    if found is None or rest.strip():
        raise CoachError(f"There is no state {text}. The states are {', '.join(pay.states)}.")
    return found


def _setting(text: str | None, pay: Pay) -> str | None:
    if text is None or text in pay.settings:
        return text
    setting, rest = find_setting(" ".join(text.split()), pay)
    if setting is None or rest.strip():
        raise CoachError(f"There is no setting {text}. The settings are {', '.join(pay.settings)}.")
    return setting
