"""One question in, one reply out, whatever goes wrong: what every way in (terminal, batch, Slack) calls."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.coach.types import Message, Profile, Reply
from knowledge.errors import CoachError, IndexUnavailable, SettingsError, record
from knowledge.types import Wording

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """A reply, the message it answers, and how long it took in milliseconds."""

    reply: Reply
    clean_text: str
    ms: float


class Service:
    """Answers messages through a coach; safe to share between threads."""

    def __init__(self, reply: Callable[[Message, Profile], Reply], wording: Wording) -> None:
        self._reply = reply
        self._wording = wording

    def answer(self, message: Message, profile: Profile) -> Answer:
        """The reply to a message. A failure becomes a sentence for the person and a reference for the operator."""
        started = time.perf_counter()
        try:
            reply = self._reply(message, profile)
        except (IndexUnavailable, SettingsError) as error:
            log.error("no answer: %s", error)
            reply = Reply("unknown", self._wording.unavailable.replace("{reason}", str(error)))
        except CoachError as error:
            log.error("no answer: %s", error)
            reply = Reply("unknown", str(error))
        except Exception as error:
            reply = Reply("unknown", self._wording.failed.replace("{reference}", record(error)))
        return Answer(reply, message.text, (time.perf_counter() - started) * 1000)
