"""The nouns of the coach, as frozen values. No behaviour beyond names derived from their own fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

StageName = Literal["entry", "senior", "lead", "assistant-manager", "manager"]
STAGES: tuple[StageName, ...] = get_args(StageName)

Occasion = Literal[
    "monday", "friday", "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december", "winter", "summer", "flu-season", "after-holiday", "payday",
]  # fmt: skip
Kind = Literal["guide", "script", "roadmap", "step", "clinic"]
# Why the library does not answer: a nurse or provider must; a manager, compliance or counsel must; it would take a fact
# that no library holds; it is another trade's work; it is not work at all.
Outside = Literal["clinical", "legal", "fact-not-held", "other-work", "off-topic"]


@dataclass(frozen=True)
class Source:
    """Where a fact comes from. `cite` is how the text names it: "BLS, 2025"."""

    cite: str
    title: str
    url: str


@dataclass(frozen=True)
class Passage:
    """One citable piece of a document.

    doc: the document's id, such as `guides/telephone-etiquette`.
    anchor: unique within the document, stable while its heading is.
    path: the headings that lead to it, the document's title first.
    text: Markdown, shown verbatim. asked: ways people ask for it, searched and never shown.
    stages: whom it serves, empty for everyone. url: where it can be read, "" when it is ours.
    """

    doc: str
    anchor: str
    path: tuple[str, ...]
    text: str
    kind: Kind
    asked: tuple[str, ...] = ()
    stages: tuple[StageName, ...] = ()
    url: str = ""

    @property
    def id(self) -> str:
        return f"{self.doc}#{self.anchor}"

    @property
    def section(self) -> str:
        return self.path[-1]


@dataclass(frozen=True)
class Hit:
    """A passage that a search found.

    score: for ordering, comparable within one search only.
    cosine: the best similarity between the question and the passage or one of its phrasings, -1 to 1.
    coverage: the share of the question's words, weighted by how rare they are, that the passage holds, 0 to 1.
    """

    passage: Passage
    score: float
    cosine: float
    coverage: float


@dataclass(frozen=True)
class Step:
    """One thing to do at a stage, with the proof that shows it was done."""

    id: str
    stage: StageName
    do: str
    proof: str
    measure: str
    guide: str
    effort: str
    after: tuple[str, ...]
    asked: tuple[str, ...]
    done_as: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """A rung of the ladder: its steps in their natural order, and the gate to the next."""

    name: StageName
    title: str
    purpose: str
    known_as: tuple[str, ...]
    gate: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Guide:
    """A skill guide: short sections that each answer one question.

    no_script: why no script goes with it, None when some do.
    """

    id: str
    title: str
    promise: str
    stages: tuple[StageName, ...]
    reviewed: str
    sources: tuple[Source, ...]
    passages: tuple[Passage, ...]
    no_script: str | None = None


@dataclass(frozen=True)
class PushBack:
    """What the caller says next, and the answer to it."""

    caller: str
    answer: str


@dataclass(frozen=True)
class Script:
    """The words for one difficult call, part by part; slots stand in braces."""

    id: str
    title: str
    situations: tuple[str, ...]
    stages: tuple[StageName, ...]
    guides: tuple[str, ...]
    takes_over: str
    reviewed: str
    sources: tuple[Source, ...]
    say_first: str
    check_identity: str
    acknowledge: str
    explain: str
    offer: str
    close: str
    push_backs: tuple[PushBack, ...]
    write_down: str
    never_say: str
    hand_over_when: str
    short_form: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Huddle:
    """A prompt for a team's start of day. behind: its guide or script; when: the days it is for, empty for any."""

    id: str
    theme: str
    opening: str
    question: str
    drill: str
    number: str
    behind: str
    when: tuple[Occasion, ...]
    short: str


@dataclass(frozen=True)
class Scope:
    """Whether a question is for the library. inside and each reason of outside: the higher, the likelier."""

    inside: float
    outside: Mapping[Outside, float]


@dataclass(frozen=True)
class Examples:
    """What people really type: learnt from and searched, never shown.

    answered: questions by the id of the document that answers them first. outside: questions that the library does not
    answer, by why not. short: what short forms stand for.
    """

    answered: Mapping[str, tuple[str, ...]]
    outside: Mapping[Outside, tuple[str, ...]]
    short: Mapping[str, str]


@dataclass(frozen=True)
class Wording:
    """The coach's own sentences, from wording.yaml; words in braces are filled in."""

    greeting: str
    help: str
    unknown: str
    unknown_bare: str
    unknown_fact: str
    unknown_work: str
    handoff_clinical: str
    handoff_words: str
    handoff_legal: str
    decline: str
    empty: str
    too_long: str
    reword_nothing: str
    reword_about: str
    reword_about_script: str
    failed: str
    unavailable: str
