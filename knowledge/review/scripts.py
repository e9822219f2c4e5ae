"""What a script must hold to: short enough to say, plain enough to follow by ear, and safe."""

import re
from collections.abc import Iterator, Mapping

from knowledge.library import Library
from knowledge.review.places import file_of
from knowledge.review.reading import grade
from knowledge.types import Script
from knowledge.words import folded

# Read aloud at 150 words a minute, so that the whole call fits into 60 seconds.
SPOKEN_WORDS = 150
SHORT_WORDS = 45
HARDEST_GRADE = 9.0

_PARTS = ("Say first", "Check identity", "Acknowledge", "Explain", "Offer", "Close")
_SAID = re.compile(r'"([^"]+)"')
_IDENTITY = re.compile(r"\bfull name\b.*\bdate of birth\b|\bno check\b(?:[^\w.]+\w+){2}", re.IGNORECASE | re.DOTALL)
_AFTER_CHECK = re.compile(r"\bafter the check\b", re.IGNORECASE)
_TELLING = re.compile(r"\{(?:date|time|fee)\}")
_CLINICAL = re.compile(r"\b(?:nurse|provider|clinician|911)\b", re.IGNORECASE)
_WHO = re.compile(
    r"\b(?:nurse|provider|clinician|clinical|911|988|poison help|doctor|manager|supervisor|lead|colleague|coordinator|"
    r"billing|records|support)\b|\]\(",
    re.IGNORECASE,
)
# Whatever the call is about, these judge a symptom, promise an outcome or start a fight.
_NEVER = (
    "calm down", "don't worry", "you'll be fine", "you're fine", "it's normal", "it's probably nothing",
    "nothing to worry about", "doesn't sound serious", "you don't need to be seen",
)  # fmt: skip


def check_scripts(library: Library) -> Iterator[str]:
    """A finding for each script that is too long or too hard to say, or leaves out one of its hard lines."""
    for script in library.scripts.values():
        for heading, problem in _problems(script, library.slots):
            yield f"{file_of(script.id)}: {heading}: {problem}"


def _problems(script: Script, slots: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    texts = {heading: getattr(script, heading.lower().replace(" ", "_")) for heading in (*_PARTS, "Short form")}
    texts |= {turn.caller: turn.answer for turn in script.push_backs}
    texts = {heading: _one_line(_plain_quotes(text)) for heading, text in texts.items()}
    said = {heading: spoken(text, slots) for heading, text in texts.items()}
    for heading, text in texts.items():
        if text.count('"') % 2:
            yield heading, "a quotation mark is missing; put one before and one after the words to say"
        elif not said[heading] and not (heading == "Check identity" and _IDENTITY.search(text)):
            yield heading, "nothing is said aloud; put the words to say in quotation marks"
        if (level := grade(said[heading])) > HARDEST_GRADE:
            yield (
                heading,
                f"the words to say are at grade {level:.1f}, of at most {HARDEST_GRADE:.0f}; use shorter words",
            )
    yield from _lengths(said)
    yield from _hard_lines(script, said)


def _lengths(said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    words = sum(len(said[heading].split()) for heading in _PARTS)
    if words > SPOKEN_WORDS:
        yield (
            "Say first to Close",
            f"{words} words are said, and 60 seconds hold {SPOKEN_WORDS}; cut {words - SPOKEN_WORDS}",
        )
    short = len(said["Short form"].split())
    if short > SHORT_WORDS:
        yield "Short form", f"{short} words are said, of at most {SHORT_WORDS}; cut {short - SHORT_WORDS}"


def _hard_lines(script: Script, said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not _IDENTITY.search(_one_line(script.check_identity)):
        yield "Check identity", 'ask for full name and date of birth, or write "No check" and why none is needed'
    if _TELLING.search(script.say_first) and not _AFTER_CHECK.search(script.say_first):
        yield "Say first", 'it names a date, time or fee before the check; move it, or write "after the check"'
    if not _WHO.search(script.takes_over):
        yield "takes_over", "name who takes over, such as the nurse or the office manager"
    for item in _items(script.hand_over_when):
        if not _WHO.search(item):
            yield "Hand over when", f'"{_start(item)}" does not say who takes over; name them'
    if not _CLINICAL.search(script.hand_over_when):
        yield "Hand over when", "say that the nurse, a provider or 911 gets the call when someone is unwell"
    forbidden = _items(script.never_say)
    if len(forbidden) < 3:
        yield "Never say", "list three or more sentences, the one that this call tempts people to say among them"
    for item in forbidden:
        quoted = _SAID.match(_plain_quotes(item))
        if not quoted or not item[quoted.end() :].strip():
            yield "Never say", f'"{_start(item)}" must be a sentence in quotation marks, and then why'
    for heading, words in said.items():
        line = f" {folded(words)} "
        for phrase in (*_NEVER, *(match[1] for item in forbidden if (match := _SAID.match(_plain_quotes(item))))):
            if f" {folded(phrase)} " in line:
                yield heading, f'"{phrase}" is said, and must never be; put it another way'


def spoken(text: str, slots: Mapping[str, str]) -> str:
    """The words of a part that are said aloud: those in quotation marks, with the slots filled."""
    filled = re.sub(r"\{([^{}]+)\}", lambda slot: slots.get(slot[1], slot[1]).strip("[]"), _one_line(text))
    return " ".join(_SAID.findall(_plain_quotes(filled)))


def _items(text: str) -> list[str]:
    return [_one_line(item) for item in re.split(r"(?:^|\n)\s*[-*] ", text) if item.strip()]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _plain_quotes(text: str) -> str:
    return re.sub("[\u201c\u201d]", '"', text)


def _start(text: str) -> str:
    return text if len(text) <= 40 else text[:40].rsplit(" ", 1)[0] + " ..."
