"""The stage, state, setting, years and offer that plain words about pay name."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.coach.pay import HOURS
from knowledge.pay import Pay, PayUnit
from knowledge.types import Stage, StageName

# A wage or a year's pay outside these is something else: a fee, a budget, a street number.
_HOURLY, _YEARLY = (7, 200), (10_000, 500_000)
_BY_HOUR = re.compile(
    r"\$\s?(\d{1,3}(?:\.\d{1,2})?)\s*(?:/|per |an? )?\s*(?:hr|hour|hourly)\b"
    r"|(?<![\d$.,:])(\d{1,3}(?:\.\d{1,2})?)\s*(?:bucks |dollars )?(?:/\s*|per |an )(?:hr|hour)\b"
    r"|(?<![\d$.,:])(\d{1,3}(?:\.\d{1,2})?) hourly\b",
    re.IGNORECASE,
)
_BY_YEAR = re.compile(
    r"(?<![\d.,])\$?\s?(\d{2,3}(?:\.\d)?k|\d{2,3},\d{3})\b(?:\s*(?:/|per |an? )\s*(?:yr|year))?"
    r"|\$\s?(\d{5,6})\b(?:\s*(?:/|per |an? )\s*(?:yr|year))?"
    r"|(?<![\d.,])(\d{5,6})\s*(?:/|per |an? )\s*(?:yr|year)\b",
    re.IGNORECASE,
)
# Without a unit: $19.50, or cents written out.
_BARE = re.compile(r"\$\s?(\d{1,3}(?:\.\d{1,2})?)(?![\d,.]*\d|%|k)|(?<![\d.:,/$-])(\d{2}\.\d{2})(?![\d.:/%])")
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
_YEARS = re.compile(
    rf"(?<![\w$.])(\d{{1,2}}(?:\.\d)?|{'|'.join(_NUMBERS)})\s*\+?[\s-]*(yrs?|years?|mos|months?)\b(?: in\b)?"
    r"(?!\s*(?:old|ago|from|later))",
    re.IGNORECASE,
)
_NO_YEARS = re.compile(r"\b(?:brand new|no experience|just start(?:ed|ing)|first year)\b", re.IGNORECASE)
# The person down the hall, unless it is the post that is meant.
_SOMEONE = re.compile(r"\b(?:my|our|your|her|his|their|the|from|by|\w+'s)\s+$", re.IGNORECASE)
_POST = re.compile(r"\s+(?:role|job|position|post|spot|title|pay|salary|wage)", re.IGNORECASE)
_NOT_A_STAGE = re.compile(r"\s+(?:to|citizens?|cent(?:er|re)|living|patients?)\b", re.IGNORECASE)
# Codes that are words, titles or cities too: they count in capitals after a word of place, or after a comma.
_AMBIGUOUS = frozenset("IN OR ME HI OK OH PA MA MD LA VA ID AL MS MT DE CO PR AR MO CT MI NE IA SC ND VI GU".split())
# "In LA" is Los Angeles.
_AFTER_COMMA_ONLY = frozenset(["LA"])
_PLACE = r"(?:in|from|near|around|across|rural|upstate|northern|southern|eastern|western|central)\s+"
# In small letters even then: "in or out", "in me", "in hi".
_NEVER_SMALL = frozenset("IN OR ME HI LA ID AS".split())


@dataclass(frozen=True)
class Offer:
    """An amount of pay, in dollars by its unit."""

    amount: float
    unit: PayUnit

    @property
    def hourly(self) -> float:
        return self.amount if self.unit == "hour" else self.amount / HOURS


@dataclass(frozen=True)
class Details:
    """What a text names. stages: in the order they are named. rest: the text without all of it."""

    stages: tuple[StageName, ...]
    state: str | None
    setting: str | None
    years: float | None
    offers: tuple[Offer, ...]
    rest: str


def details(text: str, stages: Mapping[StageName, Stage], pay: Pay) -> Details:
    """What a text names, its white space single and its apostrophes straight."""
    offers, text = find_offers(text)
    years, text = _find_years(text)
    setting, text = find_setting(text, pay)
    state, text = find_state(text, pay)
    named, text = _find_stages(text, stages)
    return Details(named, state, setting, years, offers, text)


def find_offers(text: str) -> tuple[tuple[Offer, ...], str]:
    """The amounts of pay in a text, and the text without them."""
    offers: list[Offer] = []
    for pattern, unit, (least, most) in (
        (_BY_HOUR, "hour", _HOURLY),
        (_BY_YEAR, "year", _YEARLY),
        (_BARE, "hour", (_HOURLY[0], 100)),
    ):
        for match in reversed(list(pattern.finditer(text))):
            amount = _amount(next(group for group in match.groups() if group))
            if least <= amount < most:
                offers.append(Offer(amount, "hour" if unit == "hour" else "year"))
                text = _without(text, match)
    return tuple(dict.fromkeys(offers)), text


def find_state(text: str, pay: Pay) -> tuple[str | None, str]:
    """The state that a text names, and the text without it. A city's name says no state."""
    spoken = {phrase: state for state, names in pay.states.items() for phrase in (state, *names[1:])}
    named = re.search(rf"(?<!\w)(?:{_any(spoken)})(?!\w)(?!\s+(?:city|beach)\b)", text, re.IGNORECASE)
    if named:
        state = next(state for phrase, state in spoken.items() if phrase.lower() == named[0].lower())
        return state, _without(text, named)
    for state, (code, *_) in pay.states.items():
        if match := _code(code, text):
            return state, _without(text, match)
    return None, text


def find_setting(text: str, pay: Pay) -> tuple[str | None, str]:
    """The kind of workplace that a text names, as a key of pay.settings, and the text without it."""
    spoken = {phrase: name for name, setting in pay.settings.items() for phrase in setting.said}
    match = re.search(rf"(?<!\w)(?:{_any(spoken)})s?(?!\w)", text, re.IGNORECASE)
    if not match:
        return None, text
    said = match[0].lower()
    return next(spoken[p] for p in sorted(spoken, key=len, reverse=True) if said.startswith(p)), _without(text, match)


def names_metro(text: str, pay: Pay) -> bool:
    """Whether a text names a big city that wages.csv has figures for, which a state or the nation would hide."""
    metros = [wage.area.removesuffix(" (metro)") for wage in pay.wages if wage.area.endswith(" (metro)")]
    cities = {city for metro in metros for city in metro.split("-")} - pay.states.keys()
    return bool(re.search(rf"(?<!\w)(?:{_any(cities)})(?!\w)", text, re.IGNORECASE)) if cities else False


def _find_years(text: str) -> tuple[float | None, str]:
    if match := _YEARS.search(text):
        number = match[1].lower()
        years = float(_NUMBERS.index(number) + 1 if number in _NUMBERS else number)
        return years / 12 if match[2].lower().startswith("mo") else years, _without(text, match)
    if match := _NO_YEARS.search(text):
        return 0.0, _without(text, match)
    return None, text


def _find_stages(text: str, stages: Mapping[StageName, Stage]) -> tuple[tuple[StageName, ...], str]:
    spoken: dict[str, StageName] = {}
    for name, stage in stages.items():
        for phrase in (name, name.replace("-", " "), *stage.known_as):
            spoken[phrase.lower()] = name
    named: list[StageName] = []
    for match in reversed(list(re.finditer(rf"(?<![\w-])({_any(spoken)})(s?)(?!\w)", text, re.IGNORECASE))):
        someone = not match[2] and _SOMEONE.search(text[: match.start()]) and not _POST.match(text[match.end() :])
        if not someone and not _NOT_A_STAGE.match(text[match.end() :]):
            named.append(spoken[match[1].lower()])
            text = _without(text, match)
    return tuple(dict.fromkeys(reversed(named))), text


def _code(code: str, text: str) -> re.Match[str] | None:
    if not text.isupper():
        after = r"(?<![\w'/&-])"
        if code in _AMBIGUOUS:
            place = "" if code in _AFTER_COMMA_ONLY else rf"(?<![\w']){_PLACE}|"
            after = rf"(?:{place}(?<=\w, )|(?<=\w,))"
        if match := re.search(rf"{after}{code}(?![\w'/&-])", text):
            return match
    if code in _NEVER_SMALL:
        return None
    # In small letters a code that is a word, too, must end what is said.
    end = r"(?=\s*(?:$|[,.?;)]))" if code in _AMBIGUOUS else r"(?![\w'/&-])"
    return re.search(rf"(?<![\w']){_PLACE}{code}{end}", text, re.IGNORECASE)


def _amount(digits: str) -> float:
    digits = digits.replace(",", "").lower()
    return float(digits.removesuffix("k")) * (1000 if digits.endswith("k") else 1)


def _any(phrases: Iterable[str]) -> str:
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"
