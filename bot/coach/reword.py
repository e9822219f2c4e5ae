"""Whether a message only asks to hear the last answer in another manner, and which answer that is."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from bot.coach.types import Message

Name = Literal["short", "sentence", "bullets", "warm", "plain", "opening"]


@dataclass(frozen=True)
class Manner:
    """How an answer is wanted. number: of bullets, or of sentences when it is short; None for any."""

    name: Name
    number: int | None = None


_MOST_WORDS = 16
_FEW = 3
_NUMBERS = {"one": 1, "two": 2, "couple": 2, "three": 3, "few": 3, "four": 4, "five": 5, "six": 6}
_COUNT = r"\d|one|two|couple|three|few|four|five|six"
_COLD = (
    "rude|harsh|cold|mean|curt|blunt|robotic|robot|stiff|corporate|snippy|formal|bossy|pushy|sharp|abrupt"
    "|scripted|canned|cheesy|strict|aggressive|defensive|official|salesy|fake|preachy|unfriendly|impersonal|judgy"
    "|condescending|snarky|stern"
)
_KIND = (
    "nice|kind(?! of)|soft|warm|friendly|polite|gentle|human|natural|casual|caring|empathetic|sympathetic|welcoming"
    "|relaxed|tactful|respectful|compassionate|sweet|conversational|diplomatic"
)
_BETTER = "nicer|kinder|softer|warmer|friendlier|politer|gentler|sweeter|calmer|shorter|simpler|plainer|clearer|easier"
_DEGREE = "too|so|bit|less|kinda|pretty|really|very|super|as|a|little|like"
_OFTEN_MISSPELLED = (
    "shorter shorten sentence sentences bullets bullet points summary summarize nicer softer warmer friendlier simpler"
    " simplify reword rephrase opening robotic concise version differently english language please"
).split()


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b")


# What may stand around a request without being a subject of its own: whom it is for, how it will be used, who waits.
_READER = (
    "docs?|doctors?|drs?|providers?|nurses?|boss|manager|team|staff|desk|notes?|chart|sticky|huddle|e ?mails?|texts?"
    "|txt|handout|poster|phone|call|callers?|patients?|pts?|family|her|him|them|me|us|new (?:girl|guy|hire)"
)
_WHO_WAITS = "s?hes|theyre|they are|(?:the |my )?(?:caller|pt|patient)(?: is|s)?|im|i am|got (?:her|him|them|a caller)"
_AROUND = _any(
    rf"for (?:(?:the|my|our|a|an|this|these|that) )?(?:{_READER})",
    "(?:that )?(?:i|we) can (?:just )?(?:read|say|send|copy|paste)(?: (?:it|this|that))?(?: (?:out|aloud))?",
    "to (?:read|say)(?: (?:it|this|that))?(?: (?:out loud|out|aloud|to (?:her|him|them)))?",
    rf"(?:{_WHO_WAITS}) (?:still |right )?(?:here )?(?:on hold|on the (?:phone|line)|waiting|holding)"
    r"(?! (?:too|so|for|way)\b)",
    "(?:no|not much|dont have(?: the)?) time(?: (?:to|for)(?: read)?(?: all)?(?: (?:that|this|of it|it))?)?",
    "in a (?:rush|hurry)",
    "whats the (?=(?:short|quick|nice|plain|simple))",
)
_FILLING = frozenset(
    """a about actually again all alright an and answer any anything as asap be bit but came can cld come comes
    coming cool could coz cuz do dont down even explain far feel feels for get getting gimme give good got great
    hey hm hmm hmmm i im in is isnt it its ive just k keep kinda know lets like lil little lol look looks lot
    make makes making max maybe me more most much my nah need needs nicely no nope not now of off oh ok okay omg
    on only or out over part phrase please pls plz pretty put read reading reads really redo repeat reply
    response right said same say saying script small so some something sorry sort sound sounding sounds still
    super sure talk tell text than thank thanks that thats the then thing this though thx to too ty u ugh um umm
    us use version very wanna want was way we well will with wld word wording words works would write written
    yea yeah yes you your yours""".split()
)
# In the order in which they win where a message asks for several.
_OPENING = _any(
    "opening(?: (?:lines?|words?|sentence|part|bit))?",
    "opener",
    "(?:just|only) (?:give me |gimme |say |need |want )?(?:the |my )?(?:first|greeting|hello|start|say first)"
    "(?: (?:lines?|part|bit|sentence|thing|words?))?(?: (?:i|to) say)?",
    "first (?:line|sentence|part|bit) (?:only|please|pls|plz)",
    "(?:just|only) (?:what|how) (?:do )?i (?:say|start|open)(?: with)?(?: first)?",
)
_BULLETS = _any(
    rf"(?:({_COUNT}) )?(?:(?:short|quick|simple|main|key) )?(?:bullets?(?: ?(?:points?|list|form|version))?"
    "|bulletpoints?|bulleted|numbered list|list(?: (?:form|it))?|dashes|dot points?|(?<=[a-z0-9] )points)"
)
_SENTENCE = _any(
    r"(?:one|1|single) (?:\w+ )?(?:sentence|line|breath|liner)", "one ?liner", "1liner",
    "(?:a|as|in|just|only) sentence", "(?:in|as|just|only) a (?:single )?line", "sentence only",
)  # fmt: skip
_COUNTED = _any(rf"({_COUNT})(?: of)? (?:short |plain |simple )?(?:sentences|lines|liner)")
_WARM = _any(
    _BETTER.partition("|shorter")[0],
    "soften|loosen|warm (?:it|this|that) up",
    "(?:too|so|bit|less|kinda|pretty|really|thats|sounds?|feels?|reads?|(?:comes?|came) (?:off|across)"
    f"|not (?:so|as|too)) (?:(?:{_DEGREE}) )*(?:{_COLD})",
    f"more (?:{_KIND}|empathy|heart|feeling|warmth)",
    "(?:a )?(?:normal|real|like a) (?:person|human)",
)
_SHORT = _any(
    "shorter|shorten|shortest|shortened|briefer|tl ?dr|wordy|wordier|long ?winded|rambl(?:y|ing|es)|wall of text",
    "(?:less|fewer|half the|not so many|too many|so many|lot of) (?:words?|text)",
    "(?:too|so|very|really|kinda|bit|super|way|pretty) long|half (?:as long|that|the length|the size)|less long",
    "(?:too|so) much(?: (?:to read|to say|info))?|summar(?:y|ize|ise)|sum (?:(?:it|this|that) )?up|in short|in brief",
    "nutshell|briefly|concise|condensed?|tighten|tighter|trim|gist|bottom line|boil|snappier|punchier|quickly|compact",
    "(?:quick|quicker) version|cut(?: (?:it|this|that))? (?:down|in half|short)|short and sweet|shrink",
)
_PLAIN = _any(
    "simpler|simplify|simplified|plainer|clearer|easier|jargon|eli5|in english|im (?:5|five)|rephrase|paraphrase",
    r"plain (?:\w+ )?(?:words?|english|language|talk)|laymans?|lay (?:terms|words)|dumb (?:it|this|that) down",
    "(?:too|less|so) (?:complicated|technical|complex|fancy)|re ?word(?:ed|ing)?|differently",
    "(?:simple|easy|everyday|normal|regular|basic|other|different|smaller) (?:words?|terms|language|english|wording)",
    "(?:say|put|word|phrase|write) (?:it|this|that) (?:a better|some other) way",
    "(?:another|different) way|better way (?:to|of) (?:say|put)(?:ing)? (?:it|this|that)",
    "(?:another|different|better|other) (?:wording|version)",
)
_SIGNALS: tuple[tuple[Name, re.Pattern[str]], ...] = (
    ("opening", _OPENING),
    ("bullets", _BULLETS),
    ("sentence", _SENTENCE),
    ("short", _COUNTED),
    ("warm", _WARM),
    ("short", _SHORT),
    ("plain", _PLAIN),
)
# A bare adjective may be a verdict ("that was nice"); beside a word of asking it is a wish.
_BARE_SHORT = _any("short", "brief", "quick")
_BARE: tuple[tuple[Name, re.Pattern[str]], ...] = (
    ("warm", _any(_KIND, "nicely|kindly|politely|gently|empathy")),
    ("plain", _any("simple|plain|basic|easy|clear")),
    ("short", _BARE_SHORT),
    ("sentence", _any("sentence")),
)
_WISH = _any(
    "make|say|put|keep|give|gimme|more|need|want|wanna|can|could|would|please|pls|plz|version|way|be|write|word|lets"
    "|sound|reword|rephrase|redo|something",
    "(?:super|very|real|but|just|as) short",
)
_PRAISE = re.compile(
    r"(?:(?:ok|perfect|great|good|yes|oh|yeah) )?(?:thats?|this|it|its)(?: (?:is|was|looks|sounds|reads))?"
    rf"(?: (?:so|much|way|a lot|even|a bit))* (?:{_BETTER})\b"
)


def manner(text: str) -> Manner | None:
    """The manner that a message asks for, None unless it asks for nothing else."""
    said = _plainly(text)
    if not 0 < len(said.split()) <= _MOST_WORDS:
        return None
    rest = left = _AROUND.sub(" ", said)
    wished = bool(_WISH.search(said)) or said in ("short", "brief")
    found = None
    for name, signal in (*_SIGNALS, *(_BARE if wished else ())):
        if match := signal.search(left):
            found = found or _counted(name, match, rest)
            left = signal.sub(" ", left)
    if not _FILLING.issuperset(left.split()) or (_PRAISE.match(said) and not wished):
        return None
    return found


def settle(message: Message) -> tuple[Message, tuple[Manner, ...]]:
    """The question that a message comes down to, and the manners asked for since it was asked, oldest first.

    Requests for a manner are left out of its history. A question without words: nothing was asked before.
    """
    asked, before, manners = message.text, list(message.history), list[Manner]()
    while wanted := manner(asked):
        manners.insert(0, wanted)
        while before and before[-1].role != "user":
            before.pop()
        asked = before.pop().text if before else ""
    questions = tuple(turn for turn in before if turn.role != "user" or not manner(turn.text))
    return Message(asked, questions), tuple(manners)


def _plainly(text: str) -> str:
    words = re.findall(r"[a-z0-9]+", re.sub(r"['\u2019]", "", text.lower()))
    return " ".join(_spelled(word) for word in words)


def _spelled(word: str) -> str:
    if len(word) < 6 or word in _OFTEN_MISSPELLED:
        return word
    return next(iter(get_close_matches(word, _OFTEN_MISSPELLED, 1, 0.86)), word)


def _counted(name: Name, match: re.Match[str], said: str) -> Manner:
    number = match[1] if match.re in (_COUNTED, _BULLETS) else None
    if number:
        return Manner(name, max(_NUMBERS.get(number, 0) or int(number), 1))
    # "short bullets" and "bullets, but shorter" are few bullets.
    few = name == "bullets" and (_SHORT.search(said) or _BARE_SHORT.search(said))
    return Manner(name, _FEW if few else None)
