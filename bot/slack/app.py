"""Direct messages and mentions, answered in their thread, over Socket Mode."""

import re
from collections.abc import Callable
from threading import Lock
from typing import Any

from bot.coach.types import Message, Profile, Reply
from bot.slack.render import blocks, fallback, unescape
from bot.wiring import App
from knowledge.errors import SettingsError

_MENTION = re.compile(r"<@[A-Z0-9]+(\|[^>]*)?>")
_REMEMBERED = 10_000


class Conversations:
    """Answers Slack's message events; each (channel, ts) once for as long as the process lives."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._seen: dict[tuple[str, str], None] = {}
        self._lock = Lock()

    def on_message(self, event: dict[str, Any], say: Callable[..., Any]) -> None:
        """A message where the coach is: answered in a direct message, left to on_mention elsewhere."""
        if event.get("channel_type") == "im":
            self._answer(event, say)

    def on_mention(self, event: dict[str, Any], say: Callable[..., Any]) -> None:
        """A mention in a channel, answered in its thread."""
        self._answer(event, say)

    def _answer(self, event: dict[str, Any], say: Callable[..., Any]) -> None:
        from_a_person = not event.get("bot_id") and event.get("subtype") in (None, "file_share")
        if not from_a_person or not self._claim(event["channel"], event["ts"]):
            return
        text = unescape(_MENTION.sub("", event.get("text") or "")).strip()
        reply = self._app.service.answer(Message(text), Profile()).reply
        try:
            self._post(event, reply, say)
        except Exception:
            # Slack delivers an unanswered message again, and then it must not count as answered.
            with self._lock:
                self._seen.pop((event["channel"], event["ts"]), None)
            raise

    def _post(self, event: dict[str, Any], reply: Reply, say: Callable[..., Any]) -> None:
        say(
            blocks=blocks(reply, self._app.library.stages), text=fallback(reply),
            thread_ts=event.get("thread_ts") or event["ts"], unfurl_links=False, unfurl_media=False,
        )  # fmt: skip

    def _claim(self, channel: str, ts: str) -> bool:
        with self._lock:
            if (channel, ts) in self._seen:
                return False
            self._seen[channel, ts] = None
            if len(self._seen) > _REMEMBERED:
                self._seen.pop(next(iter(self._seen)))
            return True


def serve(app: App) -> None:
    """Connect to Slack and answer until the process is stopped."""
    from slack_bolt import App as Bolt
    from slack_bolt.adapter.socket_mode import SocketModeHandler
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

    settings = app.settings
    client = WebClient(token=settings.slack_bot_token, base_url=settings.slack_api_url)
    try:
        client.auth_test()
    except SlackApiError as error:
        raise SettingsError(f"SLACK_BOT_TOKEN: Slack refuses it ({error.response['error']}). Copy it again.") from None
    except OSError:
        raise SettingsError("Slack cannot be reached. Check the connection, and SLACK_API_URL if it is set.") from None
    bolt = Bolt(client=client)
    conversations = Conversations(app)
    bolt.event("message")(conversations.on_message)
    bolt.event("app_mention")(conversations.on_mention)
    app.index.manifest()
    app.embedder.load()
    SocketModeHandler(bolt, settings.slack_app_token).start()  # type: ignore[no-untyped-call]
