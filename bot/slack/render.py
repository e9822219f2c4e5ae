"""A reply as Slack blocks. Pure; escapes all text that came from content or people."""

from collections.abc import Mapping
from typing import Any

from bot.coach.types import Reply
from knowledge.types import Stage, StageName

Block = dict[str, Any]
_MARKDOWN_LIMIT = 12_000
_SECTION_LIMIT = 3000
_CONTEXT_LIMIT = 2000


def blocks(reply: Reply, stages: Mapping[StageName, Stage]) -> list[Block]:
    """The answer, its numbered sources, and the next step."""
    found: list[Block] = [{"type": "markdown", "text": _cut(reply.text, _MARKDOWN_LIMIT)}]
    if reply.sources:
        lines = [f"[{source.n}] {source.title}, {source.section}" for source in reply.sources]
        found.append({"type": "context", "elements": [_plain("\n".join(lines), _CONTEXT_LIMIT)]})
    for step in reply.next_steps:
        words = f"Next step, {stages[step.stage].title}: {step.do}\nProof: {step.proof}"
        found.append({"type": "section", "text": _plain(words, _SECTION_LIMIT)})
    return found


def fallback(reply: Reply) -> str:
    """The reply as plain text, for notifications and screen readers."""
    return escape(reply.text)


def unescape(text: str) -> str:
    """What a person typed, from the text that Slack hands on."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape(text: str) -> str:
    """Text in which Slack finds no mention, channel or link of its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(text: str, limit: int) -> str:
    # Escaping makes text longer, so it is the escaped text that must fit, with no entity cut in two.
    while len(escape(text)) > limit:
        text = text[: max(0, len(text) - (len(escape(text)) - limit) // 5 - 1)]
    return escape(text)


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": text if len(text) <= limit else text[: limit - 1] + "\u2026", "emoji": False}
