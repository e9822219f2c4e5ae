import logging
import re

import pytest

from bot.coach.types import Message, Profile, Reply
from bot.service import Service
from knowledge.errors import CoachError, IndexUnavailable
from knowledge.library import Library

SECRET = "jane roe, born 1 may 1980"
ASKED = Message(f"why is {SECRET} angry")


class Failing:
    """A coach that fails with an error, and knows no other words."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def reply(self, message: Message, profile: Profile) -> Reply:
        raise self._error


def ask(error: Exception, library: Library) -> str:
    return Service(Failing(error).reply, library.wording).answer(ASKED, Profile()).reply.text


def test_a_reply_goes_through_as_it_is(library: Library) -> None:
    given = Reply("answer", "Ask first. [1]")
    answer = Service(lambda message, profile: given, library.wording).answer(ASKED, Profile())
    assert (answer.reply, answer.clean_text) == (given, ASKED.text)
    assert answer.ms >= 0


def test_the_coach_hears_the_message_and_who_asks(library: Library) -> None:
    def reply(message: Message, profile: Profile) -> Reply:
        return Reply("answer", f"{profile.stage}: {message.text}")

    answer = Service(reply, library.wording).answer(Message("hold?"), Profile("lead"))
    assert answer.reply.text == "lead: hold?"


def test_an_error_written_for_people_reaches_them(library: Library) -> None:
    answer = Service(Failing(CoachError("Run it again.")).reply, library.wording).answer(ASKED, Profile())
    assert answer.reply == Reply("unknown", "Run it again.")


def test_what_only_an_operator_can_mend_says_so(library: Library) -> None:
    text = ask(IndexUnavailable("Run it again."), library)
    assert text == library.wording.unavailable.replace("{reason}", "Run it again.")
    assert text != "Run it again."


@pytest.mark.parametrize("error", [ValueError(f"no {SECRET}"), KeyError(SECRET), RecursionError(SECRET)])
def test_any_other_error_is_one_fixed_sentence_with_a_reference(error: Exception, library: Library) -> None:
    before, after = library.wording.failed.split("{reference}")
    text = ask(error, library)
    assert re.fullmatch(re.escape(before) + "[0-9a-f]{8}" + re.escape(after), text)


def test_the_log_tells_the_operator_where_it_failed_and_nothing_of_what_was_said(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        text = ask(ValueError(f"no {SECRET}"), library)
    (record,) = caplog.records
    logged = record.getMessage()
    reference = re.search(r"[0-9a-f]{8}", text)
    assert reference
    assert reference[0] in logged
    assert "ValueError" in logged
    assert "test_service.py" in logged and "raise self._error" in logged
    assert not any(word in caplog.text for word in (SECRET, "jane", ASKED.text))


def test_an_error_behind_the_error_is_not_quoted_in_the_log(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    error = ValueError("outer")
    error.__cause__ = KeyError(SECRET)
    ask(error, library)
    assert SECRET not in caplog.text


def test_an_error_written_for_people_is_logged_with_its_reason(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    ask(IndexUnavailable("There is none."), library)
    assert "There is none." in caplog.text
    assert SECRET not in caplog.text


def test_two_failures_have_two_references(library: Library) -> None:
    assert ask(ValueError(), library) != ask(ValueError(), library)
