from dataclasses import fields
from pathlib import Path

import pytest

from knowledge.errors import LibraryError
from knowledge.library import load
from knowledge.settings import LIBRARY
from knowledge.types import STAGES, Wording
from tests.conftest import edit


def problems(folder: Path) -> list[str]:
    with pytest.raises(LibraryError) as caught:
        load(folder)
    return caught.value.problems


def test_the_shipped_library_loads() -> None:
    library = load(LIBRARY)
    assert tuple(library.stages) == STAGES
    assert len(library.guides) >= 20
    passages = list(library.passages())
    assert len({passage.id for passage in passages}) == len(passages)
    assert all(passage.text.strip() and "Asked as:" not in passage.text for passage in passages)


def test_a_small_library_is_loaded_whole(small_library: Path) -> None:
    library = load(small_library)
    assert list(library.chapters) == [*(f"roadmap/{name}" for name in STAGES), "roadmap/faq"]
    assert list(library.guides) == ["guides/telephone", "guides/billing"]  # As the roadmap reaches them.
    assert list(library.scripts) == ["scripts/angry-bill"]
    assert [huddle.behind for huddle in library.huddles] == ["guides/telephone"]
    assert library.slots == {"billing line": "our billing office", "manager": "our office manager"}
    assert [step.id for step in library.steps()][:2] == ["entry-greeting", "entry-ledger"]
    assert library.title("guides/billing") == "Billing"
    assert library.title("guides/none") is None


def test_phrasings_are_kept_apart_from_the_text(small_library: Path) -> None:
    passage = load(small_library).guides["guides/telephone"].passages[0]
    assert passage.asked == ("what do i say when the phone rings", "greeting for callers")
    assert passage.text.startswith("Open every call")
    assert passage.path == ("Telephone", "How do I open a call?")


def test_a_script_is_read_part_by_part(small_library: Path) -> None:
    script = load(small_library).scripts["scripts/angry-bill"]
    assert script.say_first == '"I hear you. Let us look at it together."'
    assert [turn.caller for turn in script.push_backs] == [
        '"I am not paying."', '"Get me the owner."', '"You always do this."',
    ]  # fmt: skip
    opening = next(passage for passage in script.passages if passage.section == "Say first")
    assert opening.asked == ("angry caller shouting over an invoice",)


def test_a_chapter_of_the_roadmap_is_for_its_stage_and_the_faq_for_all(small_library: Path) -> None:
    chapters = load(small_library).chapters
    assert chapters["roadmap/lead"].passages[0].stages == ("lead",)
    assert chapters["roadmap/faq"].passages[0].stages == ()


# Each row: what an author gets wrong, and what the one line that says so must name.
SPOILED = {
    "unknown key in a guide": (
        "guides/billing.md", "promise:", "colour: red\npromise:", "guides/billing.md: colour: this key is not known",
    ),
    "unknown key in a script": (
        "scripts/angry-bill.md", "takes_over:", "tone: low\ntakes_over:",
        "scripts/angry-bill.md: tone: this key is not known",
    ),
    "unknown key in a stage": (
        "stages.yaml", "  purpose: Grow.", "  purpose: Grow.\n  color: red", "stages.yaml: entry.color: ",
    ),
    "unknown key in a step": (
        "stages.yaml", "      effort: one week", "      effort: one week\n      mood: good",
        "stages.yaml: entry.steps.0.mood: this key is not known",
    ),
    "unknown key in a huddle": (
        "huddles/phones.yaml", "  short:", "  long: x\n  short:", "huddles/phones.yaml: 0.long: this key is not known",
    ),
    "unknown wording": ("wording.yaml", "greeting:", "goodbye: Bye.\ngreeting:", "wording.yaml: goodbye: "),
    "missing wording": ("wording.yaml", "greeting: The sentence for greeting.\n", "", "wording.yaml: greeting: "),
    "missing key": ("guides/billing.md", "promise: Do it well.\n", "", "guides/billing.md: promise: "),
    "empty value": ("slots.yaml", "manager: our office manager", 'manager: ""', "slots.yaml: manager: "),
    "duplicate key in a yaml file": (
        "slots.yaml", "manager:", "manager: a boss\nmanager:", 'slots.yaml: line 3: found duplicate key "manager"',
    ),
    "duplicate key in front matter": (
        "guides/billing.md", "title: Billing", "title: Billing\ntitle: Bills", "guides/billing.md: line 3: found dup",
    ),
    "not yaml": ("huddles/phones.yaml", "theme: Phones", "theme: [Phones", "huddles/phones.yaml: line "),
    "dangling link": (
        "guides/telephone.md", "(billing.md)", "(biling.md)",
        "guides/telephone.md: How do I put a caller on hold?: the link biling.md leads nowhere",
    ),
    "dangling link in the roadmap": (
        "roadmap.md", "See [T", "See [X](guides/x.md), [T", "roadmap.md: Which promotion proof belongs to everyone?: ",
    ),
    "dangling link in a script": (
        "scripts/angry-bill.md", "../guides/telephone.md", "telephone.md",
        "scripts/angry-bill.md: Hand over when: the link telephone.md leads nowhere",
    ),
    "guide that no link leads to": (
        "roadmap.md", " and [Billing](guides/billing.md)", "", "guides/billing.md: no link from roadmap.md leads here",
    ),
    "stages in another order in the roadmap": ("roadmap.md", "{#senior}", "{#lead}", "roadmap.md: the level-2 head"),
    "a stage's heading without its anchor": ("roadmap.md", " {#faq}", "", "roadmap.md: the level-2 headings must"),
    "missing part of a script": (
        "scripts/angry-bill.md", "## Offer\n", "", "scripts/angry-bill.md: the level-2 headings must be Say first",
    ),
    "parts of a script in another order": (
        "scripts/angry-bill.md", "## Say first", "## Never say", "scripts/angry-bill.md: the level-2 headings must be",
    ),
    "empty part of a script": (
        "scripts/angry-bill.md", "The date and the promise.\n", "",
        "scripts/angry-bill.md: Write down: this part is empty",
    ),
    "too few turns": (
        "scripts/angry-bill.md", '### "I am', '"I am', "scripts/angry-bill.md: If they push back: at least three",
    ),
    "cite that is not listed": (
        "guides/billing.md", "charge by charge.", "charge by charge (HHS, 2020).",
        "guides/billing.md: (HHS, 2020): this source is not listed",
    ),
    "source that is not cited": (
        "guides/billing.md", " (AHRQ, 2019)", "", "guides/billing.md: sources: (AHRQ, 2019) is not quoted",
    ),
    "unknown slot": (
        "scripts/angry-bill.md", "{manager}", "{boss}", "scripts/angry-bill.md: {boss}: this slot is not in slots.yaml",
    ),
    "unknown guide of a script": (
        "scripts/angry-bill.md", "guides: [billing]", "guides: [bills]",
        "scripts/angry-bill.md: guides: there is no guides/bills",
    ),
    "unknown guide of a step": (
        "stages.yaml", "guide: guides/billing", "guide: guides/bills",
        "stages.yaml: entry.steps.entry-ledger.guide: there is no guides/bills",
    ),
    "unknown document behind a huddle": (
        "huddles/phones.yaml", "guides/telephone", "guides/phone",
        "huddles/phones.yaml: phones-smile.behind: there is no guides/phone",
    ),
    "unknown occasion of a huddle": ("huddles/phones.yaml", "[monday]", "[mondays]", "huddles/phones.yaml: 0.when.0: "),
    "duplicate step id": (
        "stages.yaml", "id: entry-ledger", "id: entry-greeting", "stages.yaml: entry.steps.entry-greeting: an id must",
    ),
    "step id of another stage": (
        "stages.yaml", "id: entry-ledger", "id: lead-x", "stages.yaml: entry.steps.lead-x: an id must be unique",
    ),
    "huddle id of another file": (
        "huddles/phones.yaml", "id: phones-smile", "id: smile", "huddles/phones.yaml: smile: an id must be unique",
    ),
    "unknown step before another": (
        "stages.yaml", "after: [entry-greeting]", "after: [entry-hello]",
        "stages.yaml: entry.steps.entry-ledger.after: there is no step entry-hello",
    ),
    "unknown stage": ("guides/billing.md", "[entry, senior]", "[entry, boss]", "guides/billing.md: stages.1: "),
    "a slug that is not the file's name": (
        "guides/billing.md", "slug: billing", "slug: bills", "guides/billing.md: slug: it must be the file's name",
    ),
    "no front matter": ("guides/billing.md", "---\n", "", "guides/billing.md: front matter: it must open the file"),
    "no phrasings": (
        "roadmap.md", "Asked as: promotion proof\n", "",
        "roadmap.md: Which promotion proof belongs to the entry rung?: the line 'Asked as:' is missing",
    ),
    "a heading of the wrong level in a guide": (
        "guides/billing.md", "## What", "# What", "guides/billing.md: What is a deductible?: sections are level 2 or 3",
    ),
    "a date that is none": (
        "guides/billing.md", "reviewed: 2026-11-22", "reviewed: 2026-13-45", "guides/billing.md: ",
    ),
    "a link that leaves its folder the wrong way": (
        "guides/billing.md", "charge by charge.", "charge by charge, see [it](scripts/angry-bill.md).",
        "guides/billing.md: Who explains a statement?: the link scripts/angry-bill.md leads nowhere",
    ),
    "text of the roadmap outside its chapters": (
        "roadmap.md", "## Chapter entry", "Words that nobody will find.\n\n## Chapter entry", "roadmap.md: ",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "named"), SPOILED.values(), ids=SPOILED)
def test_a_problem_is_named_with_its_file_and_key(
    file: str, old: str, new: str, named: str, small_library: Path
) -> None:
    edit(small_library / file, old, new)
    found = problems(small_library)
    assert any(problem.startswith(named) for problem in found), found


def test_the_stages_must_come_in_order(small_library: Path) -> None:
    path = small_library / "stages.yaml"
    entry, senior, *rest = _stages(path)
    path.write_text("".join([senior, entry, *rest]), encoding="utf-8")
    assert problems(small_library) == [f"stages.yaml: the stages must be {', '.join(STAGES)}, in that order"]


def _stages(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    starts = [text.index(f"{name}:\n  title") for name in STAGES]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]


@pytest.mark.parametrize("file", ["roadmap.md", "stages.yaml", "slots.yaml", "wording.yaml"])
def test_a_missing_file_is_named(file: str, small_library: Path) -> None:
    (small_library / file).unlink()
    assert f"{file}: the file is missing" in problems(small_library)


@pytest.mark.parametrize(
    "file",
    ["roadmap.md", "stages.yaml", "slots.yaml", "wording.yaml", "huddles/phones.yaml", "guides/billing.md",
     "scripts/angry-bill.md"],
)  # fmt: skip
def test_an_empty_file_is_named(file: str, small_library: Path) -> None:
    (small_library / file).write_text("")
    assert any(problem.startswith(f"{file}: ") for problem in problems(small_library))


def test_a_file_that_is_not_utf8_is_named(small_library: Path) -> None:
    (small_library / "guides/billing.md").write_bytes("---\nslug: café\n---\n".encode("latin-1"))
    assert "guides/billing.md: the file is not UTF-8 text" in problems(small_library)


def test_a_folder_that_is_not_there_is_a_library_error(tmp_path: Path) -> None:
    assert "stages.yaml: the file is missing" in problems(tmp_path / "nowhere")


def test_several_problems_are_told_together(small_library: Path) -> None:
    edit(small_library / "guides/billing.md", "title: Billing", "title: Billing\ncolour: red")
    edit(small_library / "scripts/angry-bill.md", "{manager}", "{boss}")
    edit(small_library / "stages.yaml", "after: [entry-greeting]", "after: [entry-hello]")
    with pytest.raises(LibraryError) as caught:
        load(small_library)
    told = str(caught.value)
    assert told.startswith(f"The library has {len(caught.value.problems)} problems:")
    for words in ("guides/billing.md: colour", "scripts/angry-bill.md: {boss}", "no step entry-hello"):
        assert words in told


def test_a_wording_has_a_sentence_for_every_occasion(small_library: Path) -> None:
    wording = load(small_library).wording
    assert all(getattr(wording, field.name) for field in fields(Wording))
