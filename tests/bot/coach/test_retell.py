"""Every answer that the library can give, given again in every manner."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.compose import compose, compose_script, fill
from bot.coach.retell import MAX_WORDS, retell, words_in
from bot.coach.reword import Manner
from bot.coach.types import Reply
from knowledge.library import Library
from knowledge.markdown import plain, sentences
from knowledge.types import Passage
from tests.bot.coach.test_compose import pick, places
from tests.bot.conftest import clinic_passage, hit

MANNERS = [
    Manner("short"), Manner("short", 2), Manner("sentence"), Manner("bullets"), Manner("bullets", 3), Manner("warm"),
    Manner("plain"), Manner("opening"),
]  # fmt: skip
chains = st.lists(st.sampled_from(MANNERS), min_size=1, max_size=3)


@pytest.fixture(scope="module")
def passages(library: Library) -> list[Passage]:
    return list(library.passages())


def answered(library: Library, *found: Passage) -> Reply:
    """The coach's reply from these passages, the best first."""
    script = library.scripts.get(found[0].doc)
    if script:
        text, sources = compose_script(script, [hit(found[0])], "", False, library.title, library.slots)
    else:
        text, sources = compose("", [hit(passage) for passage in found], library.title, library.slots)
    return Reply("script" if script else "answer", text, sources, (), tuple(passage.doc for passage in found))


def part(library: Library, doc: str, section: str) -> Reply:
    return answered(library, next(p for p in library.scripts[doc].passages if p.section == section))


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


@given(a=places, b=places, chain=chains)
def test_it_is_never_longer_and_always_cites(
    library: Library, passages: list[Passage], a: int, b: int, chain: list[Manner]
) -> None:
    reply = answered(library, pick(passages, a), pick([p for p in passages if p.kind != "script"], b))
    told = retell(reply, chain, "", library)
    assert 0 < words_in(told.text) <= words_in(reply.text)
    assert "[1]" in told.text
    assert (told.kind, told.retrieved, told.next_steps) == (reply.kind, reply.retrieved, ())
    assert {(source.n, source.doc) for source in told.sources} <= {(source.n, source.doc) for source in reply.sources}
    assert [source.n for source in told.sources] == sorted({int(n) for n in re.findall(r"\[(\d)\]", told.text)})


@given(a=places, b=places, chain=chains)
def test_what_it_quotes_stands_in_its_document(
    library: Library, passages: list[Passage], a: int, b: int, chain: list[Manner]
) -> None:
    told = retell(
        answered(library, pick(passages, a), pick([p for p in passages if p.kind != "script"], b)), chain, "", library
    )
    for source in told.sources:
        held = [passage for passage in passages if passage.doc == source.doc and passage.section == source.section]
        assert words(source.quote) <= words(fill(plain("\n".join(passage.text for passage in held)), library.slots))


@given(place=places, manner=st.sampled_from(MANNERS))
def test_a_scripts_words_are_all_its_own(library: Library, passages: list[Passage], place: int, manner: Manner) -> None:
    passage = pick([passage for passage in passages if passage.kind == "script"], place)
    told = retell(answered(library, passage), [manner], "", library)
    script = library.scripts[passage.doc]
    held = fill(" ".join(plain(found.text) for found in script.passages), library.slots)
    labels = "Say first Check identity Acknowledge Explain Offer Close 1"
    assert words(plain(told.text)) <= words(held) | words(labels) | words(passage.section)


@given(place=places, manner=st.sampled_from(MANNERS))
def test_who_must_be_sent_to_911_still_is(library: Library, place: int, manner: Manner) -> None:
    script = pick([script for script in library.scripts.values() if "911" in script.say_first], place)
    if "911" in script.short_form:
        assert "911" in retell(answered(library, script.passages[0]), [manner], "", library).text


@given(place=places)
def test_a_short_guide_has_forty_words_or_is_one_sentence(
    library: Library, passages: list[Passage], place: int
) -> None:
    reply = answered(library, pick([passage for passage in passages if passage.kind != "script"], place))
    text = retell(reply, [Manner("short")], "", library).text
    assert words_in(text) <= MAX_WORDS or len(sentences(text)) == 1
    assert not text.removesuffix(" [1]").endswith(":")


def test_shorter_goes_down_to_one_sentence_and_stays(library: Library) -> None:
    reply = part(library, "scripts/angry-about-bill", "Say first")
    told = [retell(reply, [Manner("short")] * times, "", library).text for times in range(1, 5)]
    assert library.scripts["scripts/angry-about-bill"].short_form in told[0]
    assert told[1] == '"I can connect you to billing now, or send them your question in your own words." [1]'
    assert told[1] == told[2] == told[3]


def test_of_a_push_back_only_its_answer_is_left(library: Library) -> None:
    turn = library.scripts["scripts/angry-about-bill"].push_backs[2]
    reply = part(library, "scripts/angry-about-bill", turn.caller)
    told = retell(reply, [Manner("short")], "", library)
    assert told.text == turn.answer.split("\n\n")[0] + " [1]"
    assert told.sources[0].section == turn.caller
    sentence = retell(reply, [Manner("sentence")], "", library).text
    assert sentence == '"Tell me the date, the amount and what looks wrong." [1]'


def test_warm_is_the_acknowledgement_and_nothing_curt(library: Library) -> None:
    told = retell(part(library, "scripts/angry-about-bill", "Say first"), [Manner("warm")], "", library).text
    assert told.startswith("\"Thank you. That's a hard thing to find in the mail. ")
    assert "can't" not in told
    assert "won't" not in told


def test_bullets_are_the_parts_or_as_many_as_asked_for(library: Library) -> None:
    reply = part(library, "scripts/no-show-fee", "Say first")
    assert len(retell(reply, [Manner("bullets")], "", library).text.splitlines()) == 6
    for number in (1, 2, 3):
        assert len(retell(reply, [Manner("bullets", number)], "", library).text.splitlines()) == number


def test_a_cue_is_said_once(library: Library) -> None:
    reply = part(library, "scripts/collect-past-due-balance", "Say first")
    assert retell(reply, [Manner("bullets", 3)], "", library).text.count("After a quiet identity check:") == 1


def test_what_to_write_down_is_shortened_as_a_list(library: Library) -> None:
    reply = part(library, "scripts/angry-about-bill", "Write down")
    assert len(retell(reply, [Manner("bullets", 2)], "", library).text.splitlines()) == 2
    assert retell(reply, [Manner("opening")], "", library).sources[0].section == "Say first"


def test_how_it_works_says_so_and_names_the_script_that_its_section_links(library: Library) -> None:
    guide = library.guides["guides/telephone-etiquette"]
    linked = next(p for p in guide.passages if p.section == "How do I check who is calling?")
    told = retell(answered(library, linked), [Manner("plain")], "", library).text
    assert library.scripts["scripts/refuses-identity-check"].title in told.split("\n\n")[0]
    bare = next(p for p in library.guides["guides/medical-billing-explained"].passages if p.section == "Deductible")
    assert retell(answered(library, bare), [Manner("warm")], "", library).text.startswith(library.wording.reword_about)


def test_a_table_is_told_by_its_rows(library: Library) -> None:
    passage = clinic_passage("| Service | Fee |\n| --- | --- |\n| Visit | $40 |\n| Form | $15 |")
    told = retell(answered(library, passage), [Manner("bullets")], "", library)
    assert told.text == "- Service, Fee\n- Visit, $40\n- Form, $15 [1]"


@pytest.mark.parametrize("kind", ["unknown", "handoff", "decline", "emergency", "help"])
def test_a_refusal_stays_as_it_is(kind: str, library: Library) -> None:
    reply = Reply(kind, "No. [1]", part(library, "scripts/no-show-fee", "Say first").sources)  # type: ignore[arg-type]
    assert retell(reply, [Manner("short")], "", library) == reply
