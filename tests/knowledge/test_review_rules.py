"""The rules behind the review, on texts of every kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.review.alike import FEWEST_WORDS, alike
from knowledge.review.figures import unsourced
from knowledge.review.reading import grade, syllables
from knowledge.review.scripts import spoken
from knowledge.types import Source

BLS = Source("BLS, 2025", "Outlook", "https://example.org")
AMOUNTS = st.integers(2, 99).flatmap(
    lambda n: st.sampled_from([f"{n} percent", f"{n}%", f"${n}", f"{n} in 100", f"{n},400", f"{n}.5", f"{n} million"])
)
WORDS = st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9), min_size=FEWEST_WORDS, max_size=80)


@given(AMOUNTS)
def test_a_claim_needs_a_source_in_its_own_paragraph_or_list(amount: str) -> None:
    claim = f"Desks lose {amount} of their calls"
    assert unsourced(f"{claim}.", [BLS])
    assert not unsourced(f"{claim} (BLS, 2025).", [BLS])
    assert not unsourced(f"{claim} (AHRQ, 2019;\nBLS, 2025).", [BLS])
    assert unsourced(f"{claim} (Somebody, 2025).", [BLS])
    assert unsourced(f"Calls are counted (BLS, 2025).\n\n{claim}.", [BLS])
    assert not unsourced(f"Calls are counted (BLS, 2025):\n\n- {claim}\n- no more", [BLS])
    assert not unsourced(f"1. {claim} (BLS, 2025)\n2. Read {amount} with care.", [BLS])


@given(AMOUNTS)
def test_an_example_claims_nothing(amount: str) -> None:
    assert not unsourced(f"Example: a desk loses {amount} of its calls.", ())
    assert not unsourced(f"In a made-up week:\n\n- a desk loses {amount}", ())
    assert not unsourced(f"By our own sum, a desk loses {amount}.", ())
    assert unsourced(f"For example, desks lose {amount} of their calls.", ())
    assert unsourced(f"An example is short.\n\nDesks lose {amount} of their calls.", ())


@pytest.mark.parametrize(
    "text",
    [
        "Wait two minutes, then look at ten rows.", "Call 911, or 988, or 1-800-222-1222.",
        "Open at 7:30 on May 3, 2026.", "Within 30 days, call 3 times a day.",
        "Read 45 CFR first (45 CFR 164.514, n.d.).", "Check code 43-6013 and form 1095.",
        "Divide by visits, times 100.", "A {date} at {time}.", "In your first 90 days, learn five habits.",
    ],
)  # fmt: skip
def test_everyday_numbers_are_no_claims(text: str) -> None:
    assert unsourced(text, ()) == []


@pytest.mark.parametrize(
    "text",
    [
        "A study timed 12 desks.", "One in five callers hangs up.", "Half of the claims come back.",
        "Ten percent leave.", "They are twice as likely to leave.", "It is 3 times higher.",
        "Jobs are projected to rise by 144.", "It is 3 to 5 percent.",
    ],
)  # fmt: skip
def test_a_statistic_is_a_claim(text: str) -> None:
    assert len(unsourced(text, ())) == 1


def test_the_same_number_of_something_else_is_a_new_claim() -> None:
    assert unsourced("Jobs grow by 4 percent (BLS, 2025).\n\nEach call costs $4.", [BLS]) == ["$4"]
    assert unsourced("Jobs grow by 4 percent (BLS, 2025).\n\nTake that 4 percent as a hint.", [BLS]) == []


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    unsourced(text, [BLS])
    assert grade(text) == grade(text)
    assert alike([("a", "a", text), ("b", "a", text)]) == []


@given(WORDS)
def test_a_copy_is_found_whatever_its_case_and_marks(words: list[str]) -> None:
    text = " ".join(words)
    [(first, second, share)] = alike([("a", "one", text), ("b", "two", "**" + ", ".join(words).upper() + "**!")])
    assert (first, second, share) == ("a", "b", 1.0)


@given(WORDS, WORDS)
def test_how_alike_two_texts_are_has_no_order(one: list[str], other: list[str]) -> None:
    texts = [("a", "one", " ".join(one)), ("b", "two", " ".join(other))]
    assert [share for *_, share in alike(texts)] == [share for *_, share in alike(texts[::-1])]


def test_stock_sentences_may_stand_in_two_places() -> None:
    text = "word " * (FEWEST_WORDS - 1)
    assert alike([("a", "one", text), ("b", "two", text)]) == []


@given(st.text("abcdefghijklmnopqrstuvwxyz'", min_size=1))
def test_every_word_has_a_syllable(word: str) -> None:
    assert 1 <= syllables(word) <= len(word)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("nurse", 1), ("asked", 1), ("wanted", 2), ("times", 1), ("places", 2), ("table", 2), ("rule", 1), ("we're", 1),
        ("insurance", 3), ("information", 4), ("authorization", 5),
    ],
)  # fmt: skip
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_short_words_in_short_sentences_are_easy_and_long_ones_hard() -> None:
    assert grade("") == 0
    assert grade("I hear you. Let us look at it now.") < 3
    # A person counts 26 words and 41 syllables in one sentence, which is grade 13.2.
    text = (
        "The billing office will review the estimate that you received, and a supervisor will contact you about the "
        "remaining balance before the end of the month."
    )
    assert abs(grade(text) - 13.2) < 0.5


def test_what_is_said_aloud_stands_in_quotation_marks_with_its_slots_filled() -> None:
    text = 'Low: "This is {my\nname} at {clinic}." Then wait. \u201cThank you.\u201d'
    assert spoken(text, {"my name": "[your name]"}) == "This is your name at clinic. Thank you."
