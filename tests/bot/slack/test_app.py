from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from bot.coach.types import Message, Profile, Reply
from bot.service import Service
from bot.slack.app import Conversations
from knowledge.library import Library

DIRECT = {"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "ts": "1.0", "text": "hold a call?"}
MENTION = {"type": "app_mention", "channel": "C1", "user": "U1", "ts": "2.0", "text": "<@U0COACH> hold a call?"}


@dataclass
class Workspace:
    """Slack and a coach that repeats what it hears; said holds what the coach posted."""

    library: Library
    said: list[dict[str, Any]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        service = Service(self._reply, self.library.wording)
        app: Any = SimpleNamespace(service=service, library=self.library)
        self.conversations = Conversations(app)

    def message(self, **changes: object) -> list[str]:
        """A message event reaches the coach; the texts it posted for it."""
        return self._posted(lambda: self.conversations.on_message(DIRECT | changes, self._say))

    def mention(self, **changes: object) -> list[str]:
        return self._posted(lambda: self.conversations.on_mention(MENTION | changes, self._say))

    def _posted(self, deliver: Any) -> list[str]:
        before = len(self.said)
        deliver()
        return [post["text"] for post in self.said[before:]]

    def _say(self, **post: Any) -> None:
        self.said.append(post)

    def _reply(self, message: Message, profile: Profile) -> Reply:
        self.heard.append(message.text)
        return Reply("answer", f"You said: {message.text}")


@pytest.fixture
def slack(library: Library) -> Workspace:
    return Workspace(library)


def test_a_direct_message_is_answered_in_its_thread(slack: Workspace) -> None:
    assert slack.message() == ["You said: hold a call?"]
    assert slack.said[0]["thread_ts"] == "1.0"


def test_a_reply_in_a_thread_stays_in_that_thread(slack: Workspace) -> None:
    slack.message(ts="1.5", thread_ts="1.0")
    slack.mention(ts="2.5", thread_ts="2.0")
    assert [post["thread_ts"] for post in slack.said] == ["1.0", "2.0"]


def test_an_answer_has_blocks_and_a_text_for_notifications_and_opens_no_links(slack: Workspace) -> None:
    slack.message()
    (post,) = slack.said
    assert post["blocks"][0] == {"type": "markdown", "text": "You said: hold a call?"}
    assert (post["unfurl_links"], post["unfurl_media"]) == (False, False)


@pytest.mark.parametrize(
    "text",
    ["<@U0COACH> hold a call?", "hold a call? <@U0COACH>", "<@U0COACH|coach>  hold a call?", "<@W1>hold a call?"],
)
def test_a_mention_is_answered_without_the_name(text: str, slack: Workspace) -> None:
    assert slack.mention(text=text) == ["You said: hold a call?"]


def test_a_name_that_stands_alone_is_an_empty_message(slack: Workspace) -> None:
    slack.mention(text="<@U0COACH>")
    assert slack.heard == [""]


def test_what_slack_escaped_reaches_the_coach_as_it_was_typed(slack: Workspace) -> None:
    slack.message(text="copay &amp; deductible, 2 &lt; 3")
    assert slack.heard == ["copay & deductible, 2 < 3"]


def test_the_same_message_is_answered_once(slack: Workspace) -> None:
    assert slack.message()
    assert slack.message() == []
    assert slack.mention(channel="D1", ts="1.0") == []


def test_the_same_time_in_another_channel_is_another_message(slack: Workspace) -> None:
    assert slack.message()
    assert slack.message(channel="D2")
    assert slack.message(ts="1.1")


@pytest.mark.parametrize(
    "changes",
    [{"bot_id": "B1"}, {"subtype": "message_changed"}, {"subtype": "message_deleted"}, {"subtype": "channel_join"}],
)
def test_bots_and_edits_are_left_alone(changes: dict[str, str], slack: Workspace) -> None:
    assert slack.message(**changes) == slack.mention(**changes) == []
    assert slack.heard == []


def test_an_ignored_event_does_not_use_up_the_message(slack: Workspace) -> None:
    slack.message(subtype="message_changed")
    assert slack.message()


@pytest.mark.parametrize("kind", ["channel", "group", "mpim"])
def test_talk_in_a_channel_is_not_the_coachs(kind: str, slack: Workspace) -> None:
    assert slack.message(channel_type=kind, channel="C1", ts="2.0") == []
    assert slack.mention()


def test_a_message_without_text_is_still_answered(slack: Workspace) -> None:
    event = {key: value for key, value in DIRECT.items() if key != "text"}
    slack.conversations.on_message(event, slack._say)
    assert slack.heard == [""]


def test_a_message_whose_answer_was_not_posted_is_answered_when_it_comes_again(slack: Workspace) -> None:
    def failing(**_: object) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        slack.conversations.on_message(dict(DIRECT), failing)
    assert slack.message() == ["You said: hold a call?"]
