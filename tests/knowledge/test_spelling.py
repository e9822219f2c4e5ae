import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.spelling import Spelling

SHORT = {"pt": "patient", "pts": "patients", "w/": "with", "w/o": "without", "f/u": "follow up", "u": "you"}
WORDS = {"patient": 9, "patients": 8, "deductible": 5, "receptionist": 4, "scheduling": 3, "schedule": 6, "bill": 7}
MEND = Spelling(SHORT, WORDS)


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("pt is late", "patient is late"),
        ("PT is late, Pts too", "patient is late, patients too"),
        ("the pt, (pt) pt? pt! pt.", "the patient, (patient) patient? patient! patient."),
        ("w/ a pt w/o a card", "with a patient without a card"),
        ("f/u w/ her? f/u, then", "follow up with her? follow up, then"),
        ("pt/ and then", "patient/ and then"),
        ("the pt's bill, my pts' charts", "the patient's bill, my patients' charts"),
        ("the pt\u2019s mom", "the patient\u2019s mom"),
    ],
)  # fmt: skip
def test_a_short_form_is_written_out_and_what_stands_after_it_stays(typed: str, mended: str) -> None:
    assert MEND(typed) == mended


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("whats a deductable", "whats a deductible"),
        ("the receptionest said", "the receptionist said"),
        ("Sceduling", "scheduling"),
        ("deductibel.", "deductible."),
        ("one deductibl, two deductiible", "one deductible, two deductible"),
    ],
)  # fmt: skip
def test_a_word_that_is_one_slip_from_the_librarys_is_mended(typed: str, mended: str) -> None:
    assert MEND(typed) == mended


@pytest.mark.parametrize(
    "text",
    [
        "bell ball bull bills",  # English, and one letter from bill.
        "Maria Lopez called Aetna",
        "Bilm\u00e9 wants Patiente\u00f1o",  # Letters with accents are not gone over.
        "the BILLS, a BILLX and a billX",  # Capitals within a word: an acronym, a product.
        "no-pt check-pts",  # A hyphen makes another word of it.
        "the U.S. and the U.S.A.",
        "deductxyz is far off",
        "two slips: deductabel",
        "the bil",  # Too short to tell.
    ],
)  # fmt: skip
def test_what_is_right_or_a_name_or_too_far_off_is_left_alone(text: str) -> None:
    assert MEND(text) == text


@given(st.text("0123456789 .,:;/-$%()'#", max_size=40))
def test_numbers_are_left_alone(text: str) -> None:
    assert MEND(text) == text


def test_of_two_words_as_near_the_one_that_stands_more_often_is_meant() -> None:
    assert Spelling({}, {"patient": 1, "patients": 9})("patientz") == "patients"
    assert Spelling({}, {"patient": 9, "patients": 1})("patientz") == "patient"


def test_the_vocabulary_is_what_stands_often_enough_to_be_no_slip_itself() -> None:
    learnt = Spelling.learn({}, ["The deductible. My deductible; their Deductible!", "a receptionest, a receptionest"])
    assert learnt("deductable receptionast") == "deductible receptionast"


PIECES = st.sampled_from(
    [*SHORT, *WORDS, "Pt", "deductable", "pateint", "schedul", "103", "Zxqj", "na\u00efve", "caller", "\u201cpt\u201d"]
)
MARKS = st.sampled_from([" ", ", ", ". ", "? ", "\n", " (", ") ", ' "', '" ', "' ", "'s ", "\u2019s ", " - ", "..."])


@given(st.lists(st.tuples(PIECES, MARKS)))
def test_what_is_mended_stays_as_it_is(parts: list[tuple[str, str]]) -> None:
    once = MEND("".join(word + mark for word, mark in parts))
    assert MEND(once) == once


@given(st.text(max_size=80) | st.lists(st.tuples(PIECES, MARKS)).map(lambda parts: "".join(map("".join, parts))))
def test_nothing_but_words_is_ever_lost(text: str) -> None:
    # A short form may bring spaces and take its own slash along.
    def rest(text: str) -> str:
        return re.sub(r"[\w\s/]", "", text)

    assert rest(MEND(text)) == rest(text)
    assert len(MEND(text).split()) >= len(text.split())


@given(
    st.dictionaries(st.text("abcxyz/", min_size=1, max_size=4), st.text(max_size=9), max_size=3),
    st.dictionaries(st.text("abilpt", min_size=4, max_size=9), st.integers(1, 9), max_size=5),
    st.text("abilptxyz/ '\u2019.", max_size=30),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_that_was_saved_mends_as_before(
    tmp_path: Path, short: dict[str, str], vocabulary: dict[str, int], text: str
) -> None:
    before = Spelling(short, vocabulary)
    before.save(tmp_path / "spelling.json")
    assert Spelling.load(tmp_path / "spelling.json")(text) == before(text)


def test_the_shipped_short_forms_are_written_out_to_words_that_need_no_mending() -> None:
    from knowledge.library import load
    from knowledge.settings import LIBRARY

    short = load(LIBRARY).examples.short
    mend = Spelling(short, {})
    assert {key: mend(value) for key, value in short.items()} == short


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "spelling.json").write_text(json.dumps(["pt"]), encoding="utf-8")
    with pytest.raises(TypeError):
        Spelling.load(tmp_path / "spelling.json")
