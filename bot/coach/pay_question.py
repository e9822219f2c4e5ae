"""Whether a message wants a figure of pay for a person or a role, and for whom."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.coach.pay_details import Details, Offer, details, names_metro
from bot.coach.types import Message
from knowledge.pay import Pay
from knowledge.types import Stage, StageName
from knowledge.words import terms


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


_FIRST_PERSON = _any("i|i'm|im|i've|ive|me|my|mine|we|our")
# The desk without a stage.
_DESK = _any(
    "front[ -]?(?:desk|office)|desk (?:staff|people|ppl)|cmaas?|psrs?|recep\\w+",
    "medical (?:secretar\\w+|admin\\w*|office)",
)
_END = (
    r"(?=\s*(?:$|[?.,;:!&]|(?:in|at|as|with|w/|if|here|there|now|nationally|nationwide|on average|around|near|vs|versus"
    r"|compared|than|and|or|a|an|per|these|after|is)\b))"
)
_MAKE = f"(?:make|making|earn|earning|(?:get |getting |be )?paid){_END}"
# Somebody's own figure is wanted, whatever else is said.
_OWN = _any(
    f"(?:what|how much) (?:should|would|could|can) (?:i|we) (?:really |even |actually |realistically )?(?:be )?{_MAKE}",
    "(?:am i|are we|i'?m) (?:being )?underpaid",
)
_STRONG = _any(
    f"(?:what|how much)(?:'?s)? (?:more )?(?:should|would|could|can|do|does|will|is|are|am) "
    f"(?:[\\w'-]+ ){{1,7}}{_MAKE}",
    "(?:what|how much) (?:should|do|would) (?:i|we) pay (?:a|an|my|our|the)",
    "(?:what|how much) does (?:a |an |the )?(?:[\\w-]+ ){1,4}(?:job |role |position )?pay(?! for)",
    "underpaid",
)
_TOPIC = _any(
    "salar(?:y|ies)|wages?|compensation|earnings|going rate|payscale|pay (?:range|scale|rate)",
    "(?:avg|average|median|typical|starting|fair|market|base) (?:hourly|pay|rate)|hourly (?:rate|pay|wage)",
    "pay (?:for (?:an?|the|my)|in|at|as|vs|versus|compared|per hour)|what(?:'?s| is) (?:the )?pay",
    # Alone at the end it is a noun, unless somebody is to do it.
    r"(?<!\bto )(?<!\bi )(?<!\bwe )(?<!\bthey )(?<!n't )(?<!cant )(?<!wont )(?<!truly )(?<!do )pay(?=\W*$)",
)
_JUDGED = _any(
    "fair|low|lowball\\w*|good|bad|decent|ok|okay|enough|reasonable|normal|right|competitive|insulting|average",
    "typical|high|market|underpaid|should i (?:accept|take)|take it|worth it|where (?:does that|do i)",
)
# Money of patients and of the office, and what else is paid for.
_OTHER_MONEY = _any(
    "co-?\\s?pay\\w*|co-?insurance|deductible\\w*|balances?|bill|bills|billed|invoices?|statements?|ow(?:e|es|ed|ing)",
    "refund\\w*|collect\\w*|charg\\w+|fees?|claims?|insur\\w+|premiums?|medicare|medicaid|charity|sliding|discounts?",
    "patients?|pts?|callers?|customers?|self-?pay|payments?|up ?front|out of pocket|deposits?|cards?|cash|qualif\\w+",
    "income|loans?|rent|parking|tuition|exams?|class|classes|courses?|programs?|schools?|software|supplies|budgets?",
    "no[- ]shows?|visits?|appts?|appointments?|network|referrals?|auths?|stipends?",
    "s?he (?:offers|wants|has|will|can|paid|pays)",
)
# What the data cannot know, other people's jobs, pay law, and how to talk about pay: search answers these, or says so.
_ELSEWHERE = _any(
    "nurses?|nursing (?:staff|pay|salary)|rns?|lpns?|nps?|practitioners?|doctors|physicians|surgeons?|providers?|mds",
    "medical assistants?|mas|hygienists?|dentists|phlebotomists?|billers?|coders?|coding|scribes?|pharmac\\w+",
    "(?:billing|records) (?:specialist|clerk)s?|technicians?|techs?|therapists?|ceos?|cfos?|owners?",
    "executive assistants?|(?:case|project|product|store|hr|billing) managers?",
    "last (?:month|quarter|week|year)|this (?:month|quarter)|as of|zip|20(?:1\\d|2[0-35-9]|3\\d)|next year|used to",
    "forecast\\w*|predict\\w*|grow\\w*|grew|growth|trends?|rising|history|since",
    "overtime|ot|exempt|salaried|payroll|pay ?stubs?|pay ?checks?|pay ?days?|taxe?s?|pto|bonus\\w*|401k?|benefits?",
    "vacations?|holidays?|unions?|minimum wage|laws?|legal|illegal|garnish\\w*|estate|convert\\w*|2,?080",
    "ask(?:ing|ed)? (?:\\w+ ){0,3}(?:for|about)|negotiat\\w*|counter\\w*|what (?:do|should|can|would) (?:i|we|u) say",
    "how (?:do|should|can|would) (?:i|we|u) (?:\\w+ )?(?:ask|say|tell|answer|bring|justify|prove|explain|respond)",
    "scripts?|emails?|letters?|expectations?|recruiter\\w*|interview\\w*|bands?|benchmark\\w*|posting|posted|job ads?",
    "compare (?:two|2)|two offers|by (?:setting|state|region|specialty|city|stage|rung)|ladder",
    "divid\\w+|multipl\\w+|factor",
)
# About pay, without wanting a figure, unless one is plainly wanted besides.
_AROUND = _any(
    "raises?|example|step by step|walk me|formula|method|percentiles?",
    "how (?:do|can|should) (?:i|we|u) (?:\\w+ )?(?:calc\\w*|figure|work out|find|get|read|use|set|adjust)",
)
_CERTIFICATE = _any("certif\\w+|certs?|credential\\w*")
_PREMIUM = _any("more|extra|raises?|bump|premium|worth|differen\\w+|increase\\w*|higher|better|percent")
_VERSUS = _any("vs|versus|compared")
_FOR_SOMEONE = _any("for (?:an?|the)")
_FILLER = frozenset(
    terms(
        "ok okay w experience exp years yrs rural clinic office job role position person people ppl pay paid make "
        "making earn same nationally nationwide there here now working work say like around about small town state "
        "rate hour"
    )
)
_BACK = 3


@dataclass(frozen=True)
class PayQuestion:
    """What to work out. stages: none when not known.

    personal: it is about a person or an offer, and not only about what a stage pays. certificate: it asks about
    certification, too.
    """

    stages: tuple[StageName, ...]
    state: str | None
    setting: str | None
    years: float | None
    offer: Offer | None
    personal: bool
    certificate: bool


def pay_question(
    message: Message, own: StageName | None, stages: Mapping[StageName, Stage], pay: Pay
) -> PayQuestion | None:
    """The figure of pay that a message wants, None when it wants something else. own: the asker's stage."""
    text = _plain(message.text)
    found = details(text, stages, pay)
    wanted = _wants_figure(text, found, pay)
    first_person = bool(_FIRST_PERSON.search(text))
    # An offer alone is weighed with what was said before it.
    if not wanted or (found.offers and not found.stages and not found.state):
        before = _before(message, stages, pay)
        if before and (wanted or _follows(found)):
            found = _with(before, found, first_person)
        elif not wanted:
            return None
    offer = found.offers[0] if found.offers else None
    personal = first_person or found.years is not None or offer is not None
    # Somebody who names two stages with an offer or with years is on the way from the first to the last.
    named = found.stages[-1:] if offer or found.years is not None else found.stages
    if not named and own and personal and (not _DESK.search(text) or _works_the_desk(own, pay)):
        named = (own,)
    return PayQuestion(named, found.state, found.setting, found.years, offer, personal, bool(_CERTIFICATE.search(text)))


def _wants_figure(text: str, found: Details, pay: Pay) -> bool:
    own = _OWN.search(text)
    if _ELSEWHERE.search(found.rest) or len(found.offers) > 1 or (_OTHER_MONEY.search(found.rest) and not own):
        return False
    strong = own or _STRONG.search(text)
    if not strong and _AROUND.search(text):
        return False
    one_thing = found.years is not None or found.offers
    if not one_thing and (names_metro(found.rest, pay) or (_VERSUS.search(found.rest) and len(found.stages) < 2)):
        return False
    offered = found.offers and (_JUDGED.search(text) or _TOPIC.search(text))
    if _CERTIFICATE.search(text) and _PREMIUM.search(text) and not own and not offered:
        return False
    if offered and not _FOR_SOMEONE.search(found.rest):
        return True
    return bool(_is_ours(text, found) and (offered or ((strong or _TOPIC.search(text)) and _names_something(found))))


def _follows(found: Details) -> bool:
    # Details and words that carry nothing: with any other word there may be another subject.
    return (_names_something(found) or bool(found.offers)) and not set(terms(found.rest)) - _FILLER


def _with(before: tuple[Details, bool], found: Details, first_person: bool) -> Details:
    said, of_asker = before
    # From "leads" to "me" the stage changes with the person.
    same = not found.stages and (of_asker or not first_person)
    return Details(
        said.stages if same else found.stages,
        found.state or said.state,
        found.setting or said.setting,
        said.years if found.years is None and not found.stages else found.years,
        found.offers,
        found.rest,
    )


def _before(message: Message, stages: Mapping[StageName, Stage], pay: Pay) -> tuple[Details, bool] | None:
    """The details of the latest question about pay, and whether it was about the asker.

    None when a turn since has been about something else.
    """
    earlier = [_plain(turn.text) for turn in message.history if turn.role == "user"][-_BACK:]
    for place in reversed(range(len(earlier))):
        found = details(earlier[place], stages, pay)
        if _is_about_pay(earlier[place], found, pay):
            return found, bool(_FIRST_PERSON.search(earlier[place]))
        if not _follows(found):
            return None
    return None


def _is_about_pay(text: str, found: Details, pay: Pay) -> bool:
    if _wants_figure(text, found, pay):
        return True
    elsewhere = _ELSEWHERE.search(found.rest) or _OTHER_MONEY.search(found.rest) or _AROUND.search(text)
    return bool((_STRONG.search(text) or _TOPIC.search(text)) and _is_ours(text, found) and not elsewhere)


def _is_ours(text: str, found: Details) -> bool:
    # Of all jobs, only the front office's are known here.
    return bool(found.stages or _DESK.search(text) or _FIRST_PERSON.search(text))


def _works_the_desk(stage: StageName, pay: Pay) -> bool:
    # A manager who says "front desk" speaks of somebody else.
    return pay.stand_ins[stage].occupation == pay.stand_ins["any"].occupation


def _names_something(found: Details) -> bool:
    return bool(found.stages or found.state or found.setting or found.years is not None)


def _plain(text: str) -> str:
    return " ".join(text.replace("\u2019", "'").split())
