"""What to say when the library does not answer: who does, and what the desk can do meanwhile."""

from collections.abc import Sequence

from bot.coach.compose import cite, fill
from bot.coach.evidence import HANDED_OVER
from bot.coach.types import Kind, Reply
from knowledge.library import Library
from knowledge.markdown import plain, sentences
from knowledge.types import Hit, Outside, Script

_KINDS: dict[Outside, Kind] = {**dict.fromkeys(HANDED_OVER, "handoff"), "off-topic": "decline"}
# How a script's "who takes over" names the people for a clinical question.
_CLINICAL = "nurse or provider"
_NEAR = 5
# Below this cosine even the nearest document is about something else.
_RELATED = 0.6


def refuse(reason: Outside | None, hits: Sequence[Hit], library: Library) -> Reply:
    """The reply to a question outside the library, for a reason; None when nothing is known of it."""
    wording = library.wording
    documents = tuple(dict.fromkeys(hit.passage.doc for hit in hits))
    if reason == "clinical":
        script = next((found for doc in documents[:_NEAR] if (found := _clinical(library, doc))), None)
        if script:
            passage = script.passages[-1]
            words = fill(plain(script.short_form), library.slots)
            text = f"{wording.handoff_words.replace('{words}', words)} [1]\n\n{wording.handoff_clinical}"
            return Reply("handoff", text, (cite(1, passage, words, library.title),), retrieved=documents)
        return Reply("handoff", wording.handoff_clinical, retrieved=documents)
    text = {
        "legal": wording.handoff_legal, "fact-not-held": wording.unknown_fact, "other-work": wording.unknown_work,
        "off-topic": wording.decline,
    }.get(reason or "", wording.unknown)  # fmt: skip
    near = (hit.passage.doc for hit in hits if hit.cosine >= _RELATED)
    nearest = next((title for doc in near if (title := library.title(doc))), None)
    if nearest:
        text = text.replace("{nearest}", nearest)
    elif text == wording.unknown:
        text = wording.unknown_bare
    else:
        text = " ".join(sentence for sentence in sentences(text) if "{nearest}" not in sentence)
    return Reply(_KINDS.get(reason, "unknown") if reason else "unknown", text, retrieved=documents)


def _clinical(library: Library, doc: str) -> Script | None:
    script = library.scripts.get(doc)
    return script if script and _CLINICAL in script.takes_over else None
