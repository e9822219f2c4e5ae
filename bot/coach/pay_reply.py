"""What is said about pay: the range first, then what it rests on, what the data lacks, and how to use it."""

from collections.abc import Mapping
from dataclasses import asdict

from bot.coach.compose import Title, blocks, cite, fill
from bot.coach.pay import Estimate, Factor, Point, estimate, placed, verdict, yearly
from bot.coach.pay_details import Offer
from bot.coach.pay_question import PayQuestion
from bot.coach.types import Citation
from knowledge.markdown import plain
from knowledge.pay import Pay
from knowledge.types import STAGES, Passage

MAX_WORDS = 119


def pay_reply(
    question: PayQuestion, pay: Pay, passages: Mapping[str, Passage], title: Title
) -> tuple[str, tuple[Citation, ...]]:
    """The answer as Markdown, under 120 words, and its sources. passages: those that pay names, by id."""
    cited = asdict(pay.personal if question.personal else pay.general)
    numbers = {passage: n for n, passage in enumerate(dict.fromkeys(cited.values()), start=1)}
    marks = {f"{part}_source": f"[{numbers[passage]}]" for part, passage in cited.items()}
    parts = _several(question, pay) if len(question.stages) > 1 else _one(question, pay)
    text = "\n\n".join(fill(part, marks) for part in parts)
    return text, tuple(_source(n, passages[name], title) for name, n in numbers.items())


def offer_sentence(offer: Offer, found: Estimate, pay: Pay) -> str:
    """Where an offer lies in a range and among the percentiles."""
    words = asdict(pay.wording)
    by_year = offer.amount if offer.unit == "year" else yearly(offer.amount)
    under, over = placed(offer.hourly, found)
    place = "at" if under == over else "under" if under is None else "over" if over is None else "between"
    slots = {
        "offer": fill(
            words["offer_yearly" if offer.unit == "year" else "offer_hourly"],
            {"hourly": money(round(offer.hourly, 2)), "yearly": money(by_year)},
        ),
        "placed": fill(words[f"placed_{place}"], {"low": under or over or "", "high": over or under or ""}),
    }
    return fill(words[f"offer_{verdict(offer.hourly, found)}"], slots)


def years_sentence(found: Estimate, pay: Pay) -> str | None:
    """Where years point in a range, None when none were named."""
    if found.part is None or found.years is None:
        return None
    words, mid = pay.wording, found.mid.hourly if found.stand_in.first == "hour" else found.mid.annual
    years = words.years_none if found.years < 1 else words.years_one if found.years == 1 else words.years_some
    part = fill(asdict(words)[f"part_{found.part}"], {"mid": money(mid)})
    return fill(words.years, {"years": fill(years, {"years": f"{found.years:g}"}), "part": part})


def place_words(found: Estimate, pay: Pay) -> str:
    """Where a range is for: the setting and the state that it counts, or the nation."""
    place = [pay.settings[found.setting].place] if found.setting else []
    place += [fill(pay.wording.in_state, {"state": found.state})] if found.state else []
    return " ".join(place) or pay.wording.everywhere


def factor_words(factor: Factor, pay: Pay) -> str:
    """A factor in words, with its two figures."""
    words = pay.wording.scaled_state if factor.over.percentile == "mean" else pay.wording.scaled_setting
    return fill(words, {"over": money(factor.over.annual), "under": money(factor.under.annual)})


def money(amount: float) -> str:
    """Dollars as people write them: $19.40 of an hour, $40,350 of a year."""
    return f"${amount:,.2f}" if amount < 1000 else f"${amount:,.0f}"


def _one(question: PayQuestion, pay: Pay) -> tuple[str, ...]:
    stage = question.stages[0] if question.stages else None
    found = estimate(stage, question.state, question.setting, question.years, pay)
    words, slots = pay.wording, _slots(found, pay)
    first = [fill(words.range_moved if found.factors else words.range, slots)]
    if question.offer:
        first.append(offer_sentence(question.offer, found, pay))
    basis = [fill(words.basis, slots)]
    years = [sentence] if (sentence := years_sentence(found, pay)) else []
    lacks = [words.lacks]
    if question.state and not found.state:
        lacks.append(fill(words.no_state, {"state": question.state}))
    if question.setting and not found.setting:
        lacks.append(fill(words.no_setting, {"setting": pay.settings[question.setting].place}))
    if question.certificate:
        lacks.append(words.certificate)
    lacks.append(words.use)
    # What the reply can do without, the most useful first, as far as there is room.
    spare = [(first, fill(words.national, slots))] if found.factors else []
    spare += [(basis, factor_words(factor, pay)) for factor in found.factors]
    room = MAX_WORDS - _words(*first, *basis, *years, *lacks)
    for part, sentence in [*spare, (basis, found.stand_in.misleads)]:
        if _words(sentence) <= room:
            part.append(sentence)
            room -= _words(sentence)
    return " ".join(first), " ".join([*basis, *years]), " ".join(lacks)


def _several(question: PayQuestion, pay: Pay) -> tuple[str, ...]:
    words, stages = pay.wording, [stage for stage in STAGES if stage in question.stages]
    found = [estimate(stage, question.state, None, None, pay) for stage in stages]
    lacks = [words.lacks]
    if question.state and not all(each.state for each in found):
        # Side by side, either all are of the state or none is.
        found = [estimate(stage, None, None, None, pay) for stage in stages]
        lacks.append(fill(words.no_state_for_all, {"state": question.state}))
    rows = [_slots(each, pay) for each in found]
    opening = fill(words.several_moved if found[0].factors else words.several, rows[0])
    listed = "\n".join(fill(words.several_row, {**row, "who": row["who"].capitalize()}) for row in rows)
    return opening, listed, words.several_basis, " ".join([*lacks, words.use])


def _source(n: int, passage: Passage, title: Title) -> Citation:
    return cite(n, passage, plain(blocks(passage.text)[0].pieces[0]), title)


def _slots(found: Estimate, pay: Pay) -> dict[str, str]:
    hours = found.stand_in.first == "hour"
    by_hour, by_year = _hourly(found.low, found.high, pay), _yearly(found.low, found.high, pay)
    low, _, high = found.national
    return {
        "first": by_hour if hours else by_year,
        "second": by_year if hours else by_hour,
        "who": found.stand_in.who,
        "called": found.stand_in.called,
        "low": found.low.percentile,
        "high": found.high.percentile,
        "year": str(found.year),
        "national_year": str(found.national_year),
        "national": _hourly(low, high, pay) if hours else _yearly(low, high, pay),
        "place": place_words(found, pay),
    }


def _hourly(low: Point, high: Point, pay: Pay) -> str:
    return fill(pay.wording.hourly, {"low": money(low.hourly), "high": money(high.hourly)})


def _yearly(low: Point, high: Point, pay: Pay) -> str:
    return fill(pay.wording.yearly, {"low": money(low.annual), "high": money(high.annual)})


def _words(*sentences: str) -> int:
    return sum(len(sentence.split()) for sentence in sentences)
