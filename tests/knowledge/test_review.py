"""Content that loads and still is not fit to publish, one way at a time."""

import re
from pathlib import Path

import pytest

from knowledge.library import load
from knowledge.review import review
from knowledge.settings import LIBRARY
from tests.conftest import edit

LONG = "One more word. " * 51
SAID_LONG = f'"{LONG}"'
HARD = (
    '"Reimbursement eligibility determination necessitates comprehensive documentation verification, '
    'notwithstanding preliminary authorization communicated telephonically by administrative representatives."'
)
TWIN = (
    "Stand where the caller can hear you, and tell the caller what you will do next, who will do it, and when the "
    "caller will hear from you again, before you hang up and turn to the window."
)
HUDDLE = """\
- id: phones-{id}
  theme: Phones
  opening: {opening}
  question: Which call stayed with you?
  drill: Play that call in pairs.
  number: Calls played.
  behind: {behind}
  short: Play it.
"""


@pytest.fixture
def sound(small_library: Path) -> Path:
    """The small library with every rule kept but those on how much there must be."""
    script = small_library / "scripts/angry-bill.md"
    edit(script, "your full name.", "your full name and date of birth.")
    edit(
        script,
        '"Calm down."',
        '- "Relax." It shames.\n- "It is a mistake." Not known.\n- "Just pay." It is not yours to say.',
    )
    edit(script, "There is a threat.", "- There is a threat: {manager}, and 911.\n- A symptom: the nurse.\n-")
    with (small_library / "slots.yaml").open("a", encoding="utf-8") as file:
        file.write('date: "[date]"\n')
    for guide in ("telephone", "billing"):
        with (small_library / f"guides/{guide}.md").open("a", encoding="utf-8") as file:
            file.write("\nFor the words, use [Angry bill](../scripts/angry-bill.md).\n")
    with (small_library / "huddles/phones.yaml").open("a", encoding="utf-8") as file:
        file.write(HUDDLE.format(id="bill", opening="A bill can frighten.", behind="scripts/angry-bill"))
    for name, phrase in (("roadmap.md", "promotion proof"), ("stages.yaml", "practise my greeting")):
        text = (small_library / name).read_text(encoding="utf-8")
        numbers = iter(range(100))
        text = re.sub(rf"(?<=: )({phrase})$|(?<=\[)({phrase})", lambda _: f"{phrase} {next(numbers)}", text, flags=re.M)  # noqa: B023
        (small_library / name).write_text(text, encoding="utf-8")
    return small_library


def findings(folder: Path) -> list[str]:
    return review(load(folder), folder)


def test_the_shipped_library_is_fit_to_publish() -> None:
    assert findings(LIBRARY) == []


def test_a_small_library_lacks_nothing_but_more_of_the_same(sound: Path) -> None:
    assert findings(sound) == [
        *(
            f"stages.yaml: {stage}.steps: 2 steps, and a stage has 15 to 25"
            for stage in ("entry", "senior", "lead", "assistant-manager", "manager")
        ),
        "guides/telephone.md: 2 sections, of at least 12; answer more",
        "guides/billing.md: 2 sections, of at least 12; answer more",
        "huddles: 2 huddles, of at least 60; write more",
    ]


# Each row: what an author gets wrong, and what the one line that says so must name.
SPOILED = {
    "a percentage in a guide": (
        "guides/billing.md", "charge by charge.", "charge by charge. That settles 40 percent of calls.",
        'guides/billing.md: Who explains a statement?: "40 percent" has no source',
    ),
    "money in the roadmap": (
        "roadmap.md", "Promotion proof for the lead rung is", "It adds $500 a year. Proof for the lead rung is",
        'roadmap.md: Which promotion proof belongs to the lead rung?: "$500" has no source',
    ),
    "a figure in another paragraph than its source": (
        "guides/billing.md", "pays (AHRQ, 2019).", "pays (AHRQ, 2019).\n\nOne in five has none.",
        'guides/billing.md: What is a deductible?: "One in five" has no source',
    ),
    "a statistic in a script": (
        "scripts/angry-bill.md", '"This is the part', 'A survey of 12 desks agrees. "This is the part',
        'scripts/angry-bill.md: Explain: "12" has no source',
    ),
    "a figure in a step": (
        "stages.yaml", "do: Open ten calls", "do: Since 30% of callers give up, open ten calls",
        'stages.yaml: entry.steps.entry-greeting.do: "30%" has no source',
    ),
    "a figure in a gate": (
        "stages.yaml", "[The log is kept.]", "[You earn $20 an hour.]", 'stages.yaml: entry.gate: "$20" has no source',
    ),
    "a figure in a huddle": (
        "huddles/phones.yaml", "A smile can be heard.", "A smile is heard by 9 in 10.",
        'huddles/phones.yaml: phones-smile.opening: "9 in 10" has no source',
    ),
    "a section over length": (
        "guides/billing.md", "charge by charge.", LONG,
        "guides/billing.md: Who explains a statement?: 165 words, of at most 150",
    ),
    "a section of the roadmap over length": (
        "roadmap.md", "log of finished work.", LONG,
        "roadmap.md: Which promotion proof belongs to the entry rung?: 161 words, of at most 150",
    ),
    "a script over length": (
        "scripts/angry-bill.md", '"Here is what happens next."', SAID_LONG,
        "scripts/angry-bill.md: Say first to Close: ",
    ),
    "a short form over length": (
        "scripts/angry-bill.md", '"I hear you, and I will find out."', SAID_LONG,
        "scripts/angry-bill.md: Short form: 153 words are said, of at most 45; cut 108",
    ),
    "words that are hard to follow by ear": (
        "scripts/angry-bill.md", '"Here is what happens next."', HARD,
        "scripts/angry-bill.md: Close: the words to say are at grade",
    ),
    "hard words in a turn": (
        "scripts/angry-bill.md", '"I understand. Let me note that."', HARD,
        'scripts/angry-bill.md: "I am not paying.": the words to say are at grade',
    ),
    "nothing to say": (
        "scripts/angry-bill.md", '"Here is what happens next."', "Say what happens next.",
        "scripts/angry-bill.md: Close: nothing is said aloud",
    ),
    "half a pair of quotation marks": (
        "scripts/angry-bill.md", '"Here is what happens next."', '"Here is what happens next.',
        "scripts/angry-bill.md: Close: a quotation mark is missing",
    ),
    "no check of identity, and no reason": (
        "scripts/angry-bill.md", '"Please tell me your full name and date of birth."', '"Who is this?"',
        "scripts/angry-bill.md: Check identity: ask for full name and date of birth",
    ),
    "a visit told before the check": (
        "scripts/angry-bill.md", "Let us look at it together.", "You came on {date}.",
        "scripts/angry-bill.md: Say first: it names a date, time or fee before the check",
    ),
    "nobody takes over": (
        "scripts/angry-bill.md", "takes_over: the office manager", "takes_over: somebody else",
        "scripts/angry-bill.md: takes_over: name who takes over",
    ),
    "a hand-over to nobody": (
        "scripts/angry-bill.md", "There is a threat: {manager}, and 911.", "There is a threat: be careful.",
        'scripts/angry-bill.md: Hand over when: "There is a threat: be careful." does not say who',
    ),
    "no hand-over of the unwell": (
        "scripts/angry-bill.md", ", and 911.\n- A symptom: the nurse.", ".",
        "scripts/angry-bill.md: Hand over when: say that the nurse",
    ),
    "little that must not be said": (
        "scripts/angry-bill.md", '- "Relax." It shames.\n', "", "scripts/angry-bill.md: Never say: list three or more",
    ),
    "a line that forbids without a reason": (
        "scripts/angry-bill.md", '"Relax." It shames.', '"Relax."',
        'scripts/angry-bill.md: Never say: ""Relax."" must be a sentence in quotation marks, and then why',
    ),
    "what it forbids is said": (
        "scripts/angry-bill.md", "Let me note that.", "Just pay, and I will note that.",
        'scripts/angry-bill.md: "I am not paying.": "Just pay." is said, and must never be',
    ),
    "advice is said": (
        "scripts/angry-bill.md", "Let me note that.", "You\u2019re fine at home.",
        'scripts/angry-bill.md: "I am not paying.": "you\'re fine" is said, and must never be',
    ),
    "a section that another one copies": (
        "guides/billing.md", "The billing line explains", f"{TWIN} The billing line explains",
        "guides/billing.md: Who explains a statement?: ",
    ),
    "a phrasing with two owners": (
        "guides/billing.md", "bill questions go where", "Greeting for callers!",
        'guides/billing.md: Who explains a statement?: "Greeting for callers!" is a way to ask for guides/telephone.md',
    ),
    "a situation that is a phrasing, too": (
        "scripts/angry-bill.md", "angry caller shouting over an invoice", "can I park them?",
        'scripts/angry-bill.md: Say first: "can I park them?" is a way to ask for guides/telephone.md: How do I put',
    ),
    "a question that is another document's phrasing": (
        "questions/guides.md", "envelope with a total nobody understands", "Can I park them?",
        'questions: guides/billing: "Can I park them?" is a way to ask for guides/telephone.md: How do I put a caller',
    ),
    "a question outside that is a script's situation": (
        "questions/outside.md", "best pizza in town", "angry caller, shouting over an invoice",
        'questions: off-topic: "angry caller, shouting over an invoice" is a way to ask for scripts/angry-bill.md: Say',
    ),
    "a step's phrasing with two owners": (
        "stages.yaml", "practise my greeting 1", "practise my greeting 0",
        'stages.yaml: senior.steps.senior-greeting: "practise my greeting 0" is a way to ask for stages.yaml: entry',
    ),
    "a guide that leads to no script": (
        "guides/billing.md", "For the words, use [Angry bill](../scripts/angry-bill.md).", "",
        "guides/billing.md: no link leads to a script",
    ),
    "a guide that has a script and says that it has none": (
        "guides/billing.md", "title: Billing", "title: Billing\nno_script: It is about words.",
        "guides/billing.md: no_script: the text links to scripts/angry-bill",
    ),
    "a script without a guide": (
        "scripts/angry-bill.md", "guides: [billing]", "guides: []", "scripts/angry-bill.md: guides: name the guides",
    ),
    "a script without a huddle": (
        "huddles/phones.yaml", "behind: scripts/angry-bill", "behind: guides/billing",
        "scripts/angry-bill.md: no huddle practices it",
    ),
    "a step that no guide teaches": (
        "stages.yaml", "guide: guides/billing", "guide: scripts/angry-bill",
        "stages.yaml: entry.steps.entry-ledger.guide: scripts/angry-bill is no guide",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "named"), SPOILED.values(), ids=SPOILED)
def test_a_finding_names_its_file_and_key(file: str, old: str, new: str, named: str, sound: Path) -> None:
    if TWIN in new:
        edit(sound / "guides/telephone.md", "Ask before you press", f"{TWIN} Ask before you press")
    before = findings(sound)
    assert not any(finding.startswith(named) for finding in before)
    edit(sound / file, old, new)
    found = findings(sound)
    assert any(finding.startswith(named) for finding in found), set(found) - set(before)


def test_a_question_may_be_a_phrasing_of_its_own_document(sound: Path) -> None:
    before = findings(sound)
    edit(sound / "questions/guides.md", "somebody beeped while i was chatting", "can i park them")
    assert findings(sound) == before


def test_a_guide_may_say_why_it_has_no_script(sound: Path) -> None:
    before = findings(sound)
    edit(sound / "guides/billing.md", "For the words, use [Angry bill](../scripts/angry-bill.md).", "")
    edit(sound / "guides/billing.md", "title: Billing", "title: Billing\nno_script: It is about words.")
    assert findings(sound) == before


def test_a_script_needs_no_check_when_it_says_why(sound: Path) -> None:
    before = findings(sound)
    asked = '"Please tell me your full name and date of birth."'
    edit(sound / "scripts/angry-bill.md", asked, "No check to listen to a complaint.")
    assert findings(sound) == before


def test_a_script_that_no_text_leads_to_is_an_orphan(sound: Path) -> None:
    for guide in ("telephone", "billing"):
        edit(sound / f"guides/{guide}.md", "(../scripts/angry-bill.md)", "(telephone.md)")
    assert any(found.startswith("scripts/angry-bill.md: no link in a guide or roadmap.md") for found in findings(sound))


def test_a_guide_that_no_step_trains_is_an_orphan(sound: Path) -> None:
    text = (sound / "stages.yaml").read_text(encoding="utf-8")
    (sound / "stages.yaml").write_text(text.replace("guides/billing", "guides/telephone"), encoding="utf-8")
    assert any(found.startswith("guides/billing.md: no step in stages.yaml trains it") for found in findings(sound))


def test_a_story_says_that_it_is_a_composite(sound: Path) -> None:
    story = (
        (sound / "guides/telephone.md").read_text(encoding="utf-8").replace("slug: telephone", "slug: success-stories")
    )
    story = story.replace("Ask before", "She rose fast.\n\n**Timeline:** a year.\n\nAsk before").replace(
        "Asked as: can", "Asked as: x"
    )
    (sound / "guides/success-stories.md").write_text(story, encoding="utf-8")
    edit(sound / "roadmap.md", "See [T", "See [Stories](guides/success-stories.md), [T")
    named = "guides/success-stories.md: How do I put a caller on hold?: a story must say"
    assert any(found.startswith(named) for found in findings(sound))
    edit(sound / "guides/success-stories.md", "She rose fast.", "A composite path, no real person: she rose fast.")
    assert not any(found.startswith(named) for found in findings(sound))


def test_huddles_that_say_the_same_are_named(sound: Path) -> None:
    with (sound / "huddles/phones.yaml").open("a", encoding="utf-8") as file:
        file.write(HUDDLE.format(id="one", opening=TWIN, behind="guides/billing"))
        file.write(HUDDLE.format(id="two", opening=TWIN, behind="guides/telephone"))
    named = "huddles/phones.yaml: phones-two: 100% of it says the same as huddles/phones.yaml: phones-one; "
    assert any(found.startswith(named) for found in findings(sound))


def test_steps_that_say_the_same_are_named(sound: Path) -> None:
    for old in ("Open ten calls with the same greeting.", "Check ten statements against the ledger."):
        edit(sound / "stages.yaml", old, TWIN)
    named = "stages.yaml: entry.steps.entry-ledger: "
    assert any(found.startswith(named) and "says the same as" in found for found in findings(sound))


def test_a_guide_may_define_many_terms_and_answer_25_questions(sound: Path) -> None:
    def sections(mark: str, count: int) -> str:
        return "".join(
            f"\n{mark} Topic {n} of {len(mark)}\n\nAsked as: t{n} of {len(mark)}\n\nA word of its own: {n}.\n"
            for n in range(count)
        )

    guide = sound / "guides/telephone.md"
    text = guide.read_text(encoding="utf-8")
    guide.write_text(text + sections("##", 23) + sections("###", 30), encoding="utf-8")
    assert not any(found.startswith("guides/telephone.md") for found in findings(sound))
    guide.write_text(text + sections("##", 24), encoding="utf-8")
    assert any(found.startswith("guides/telephone.md: 26 sections under ##") for found in findings(sound))
