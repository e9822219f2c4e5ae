"""Coach.reply(): understand, retrieve, compose."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from bot.coach.compose import compose, compose_script
from bot.coach.evidence import Calibration, reason
from bot.coach.pay_question import PayQuestion, pay_question
from bot.coach.pay_reply import pay_reply
from bot.coach.refuse import refuse
from bot.coach.retell import retell
from bot.coach.reword import Manner, settle
from bot.coach.rungs import own_stage
from bot.coach.steps import FindSteps, next_step, related_step
from bot.coach.types import Message, Profile, Reply
from bot.coach.understand import Question, is_greeting, is_help, understand
from knowledge.library import Library
from knowledge.types import Hit, Scope, StageName

MAX_CHARS = 4000
_DOCUMENTS = 10
_ALL = 1000


class Search(Protocol):
    """Finds passages: best document first, within a document best passage first."""

    def __call__(self, text: str, k: int, stage: StageName | None, named: bool) -> Sequence[Hit]: ...


class Coach:
    """Answers one message at a time, from the library and the index behind its ports. Holds no conversation.

    search, scope, find_steps: ports to the index. calibration: when what was found is enough to answer.
    """

    def __init__(
        self,
        library: Library,
        search: Search,
        scope: Callable[[str], Scope],
        find_steps: FindSteps,
        calibration: Calibration,
    ) -> None:
        self._library = library
        self._passages = {passage.id: passage for passage in library.passages()}
        self._search = search
        self._scope = scope
        self._find_steps = find_steps
        self._calibration = calibration

    def reply(self, message: Message, profile: Profile) -> Reply:
        """What to say to a message; finding nothing is a reply, too."""
        wording = self._library.wording
        if not message.text.strip():
            return Reply("help", wording.empty)
        if len(message.text) > MAX_CHARS:
            return Reply("help", wording.too_long)
        if is_greeting(message.text) or is_help(message.text):
            opening = f"{wording.greeting}\n\n" if is_greeting(message.text) else ""
            return Reply("help", opening + wording.help)
        asked, manners = settle(message)
        if manners:
            return self._again(asked, manners, profile)
        question = understand(asked, profile, self._library.stages)
        hits = self._search(question.text, _DOCUMENTS, question.stage, question.named)
        scope = self._scope(question.text)
        known = self._calibration.margin(hits, scope) >= 0
        pay = pay_question(asked, own_stage(profile), self._library.stages, self._library.pay)
        # What the clinic itself says of pay goes before what federal data says.
        if pay and not (known and hits[0].passage.kind == "clinic"):
            return self._pay(pay, question, hits, profile)
        return self._answer(question, hits, profile) if known else refuse(reason(scope), hits, self._library)

    def _again(self, asked: Message, manners: Sequence[Manner], profile: Profile) -> Reply:
        reply = self.reply(asked, profile)
        if reply.kind == "help":
            return Reply("help", self._library.wording.reword_nothing)
        return retell(reply, manners, asked.text, self._library)

    def _pay(self, pay: PayQuestion, question: Question, hits: Sequence[Hit], profile: Profile) -> Reply:
        text, sources = pay_reply(pay, self._library.pay, self._passages, self._library.title)
        documents = tuple(dict.fromkeys((*(source.doc for source in sources), *_documents(hits))))[:_DOCUMENTS]
        stage = self._library.stages[own_stage(profile) or question.stage or "entry"]
        step = next_step(question.text, stage, profile.done, documents, self._find_steps)
        return Reply("answer", text, sources, (step,) if step else (), documents)

    def _answer(self, question: Question, hits: Sequence[Hit], profile: Profile) -> Reply:
        documents = _documents(hits)
        slots: Mapping[str, str] = self._library.slots
        stage = self._library.stages[own_stage(profile) or question.stage or "entry"]
        script = self._library.scripts.get(documents[0])
        if script:
            # Within a conversation the call is known, and only the latest turn says which part of it.
            later = question.text != question.asked
            turn = self._search(question.asked, _ALL, None, False) if later else hits
            text, sources = compose_script(script, turn, question.asked, later, self._library.title, slots)
            step = related_step(question.text, stage, profile.done, script.guides, self._find_steps)
        else:
            text, sources = compose(question.text, hits, self._library.title, slots)
            step = next_step(question.text, stage, profile.done, documents, self._find_steps, question.wants_next)
        return Reply("script" if script else "answer", text, sources, (step,) if step else (), documents)


def _documents(hits: Sequence[Hit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hit.passage.doc for hit in hits))
