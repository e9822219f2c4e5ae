from pathlib import Path

import pytest

from knowledge.errors import LibraryError
from knowledge.library import load
from knowledge.settings import LIBRARY
from tests.conftest import edit


def problems(folder: Path) -> list[str]:
    with pytest.raises(LibraryError) as caught:
        load(folder)
    return caught.value.problems


def test_questions_are_kept_by_what_answers_them_or_why_nothing_does(small_library: Path) -> None:
    examples = load(small_library).examples
    assert list(examples.answered) == ["guides/telephone", "guides/billing", "scripts/angry-bill"]
    assert examples.answered["scripts/angry-bill"] == ("slammed a receipt on my counter",)
    assert set(examples.outside) == {"clinical", "legal", "fact-not-held", "other-work", "off-topic"}
    assert examples.outside["off-topic"] == ("best pizza in town",)
    assert examples.short["f/u"] == "follow up"


def test_questions_are_never_shown(small_library: Path) -> None:
    library = load(small_library)
    asked = {question for questions in library.examples.answered.values() for question in questions}
    assert not any(question in passage.text for passage in library.passages() for question in asked)


def test_a_library_without_questions_is_one(small_library: Path) -> None:
    for file in (small_library / "questions").iterdir():
        file.unlink()
    examples = load(small_library).examples
    assert (examples.answered, examples.outside) == ({}, {})


def test_a_document_may_stand_in_two_files(small_library: Path) -> None:
    with (small_library / "questions/scripts.md").open("a", encoding="utf-8") as file:
        file.write("\n## guides/billing\n\n- one more\n")
    answered = load(small_library).examples.answered
    assert answered["guides/billing"] == (
        "how much does a patient owe before her plan pays", "envelope with a total nobody understands", "one more",
    )  # fmt: skip


def test_the_shipped_examples_reach_every_document_and_reason() -> None:
    library = load(LIBRARY)
    assert set(library.examples.answered) == {*library.chapters, *library.guides, *library.scripts}
    assert len(library.examples.outside) == 5


# Each row: what an author gets wrong, and what the one line that says so must name.
SPOILED = {
    "a document that is not there": (
        "questions/guides.md", "## guides/billing", "## guides/bills",
        "questions/guides.md: guides/bills: there is no such document; they are guides/billing, guides/telephone, ",
    ),
    "a reason that is none": (
        "questions/outside.md", "## legal", "## lawful",
        "questions/outside.md: lawful: there is no such reason; they are clinical, fact-not-held, legal, ",
    ),
    "a document among the reasons": (
        "questions/outside.md", "## legal", "## guides/billing",
        "questions/outside.md: guides/billing: there is no such reason",
    ),
    "a question of two documents": (
        "questions/guides.md", "- envelope with", "- Slammed a receipt, on my counter!\n- envelope with",
        'questions/scripts.md: scripts/angry-bill: "slammed a receipt on my counter" stands under guides/billing,',
    ),
    "a question that is answered and is not": (
        "questions/outside.md", "- best pizza in town", "- my voice shakes when it is my turn",
        'questions/outside.md: off-topic: "my voice shakes when it is my turn" stands under ',
    ),
    "a line that is no question": (
        "questions/guides.md", "- envelope with a total", "envelope with a total",
        "questions/guides.md: line 11: a question stands on one line, after a dash",
    ),
    "a question over two lines": (
        "questions/guides.md", "total nobody", "total\n  nobody", "questions/guides.md: line 12: a question stands on",
    ),
    "a dash without a question": (
        "questions/guides.md", "- envelope with", "-  \n- envelope with", "questions/guides.md: line 11: a question",
    ),
    "a question before any heading": (
        "questions/guides.md", "## guides/telephone", "- who am i for\n\n## guides/telephone",
        "questions/guides.md: line 3: a question stands on one line, after a dash and below its heading",
    ),
    "a short form in capitals": (
        "abbreviations.yaml", "pt: patient", "PT: patient", "abbreviations.yaml: PT: a short form is one word",
    ),
    "a short form of two words": (
        "abbreviations.yaml", "pt: patient", "p t: patient", "abbreviations.yaml: p t: a short form is one word",
    ),
    "a short form that is no word": (
        "abbreviations.yaml", "pt: patient", '"&": and', "abbreviations.yaml: &: a short form is one word",
    ),
    "a short form for nothing": ("abbreviations.yaml", "pt: patient", 'pt: ""', "abbreviations.yaml: pt: "),
    "a short form that stands for two things": (
        "abbreviations.yaml", "pt: patient", "pt: patient\npt: physical therapy",
        'abbreviations.yaml: line 2: found duplicate key "pt"',
    ),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "named"), SPOILED.values(), ids=SPOILED)
def test_a_problem_names_its_file_and_place(file: str, old: str, new: str, named: str, small_library: Path) -> None:
    edit(small_library / file, old, new)
    found = problems(small_library)
    assert any(problem.startswith(named) for problem in found), found


def test_short_forms_that_are_missing_are_a_problem(small_library: Path) -> None:
    (small_library / "abbreviations.yaml").unlink()
    assert any(problem == "abbreviations.yaml: the file is missing" for problem in problems(small_library))
