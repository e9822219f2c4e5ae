from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.coach import MAX_CHARS, Coach
from bot.coach.types import Message, Profile, Reply, Turn
from knowledge.library import Library
from knowledge.types import Hit, Passage, StageName
from tests.bot.conftest import HALF_COVERED, clinic_passage, hit, scope

GUIDE, SCRIPT = "guides/telephone-etiquette", "scripts/no-show-fee"


@dataclass
class Desk:
    """A coach over a list of hits; asked holds the searches it made."""

    library: Library
    hits: Sequence[Hit] = ()
    steps: Sequence[Hit] = ()
    asked: list[tuple[str, StageName | None, bool]] = field(default_factory=list)

    def says(self, text: str, profile: Profile | None = None, history: tuple[Turn, ...] = ()) -> Reply:
        coach = Coach(self.library, self._search, scope, self._find_steps, HALF_COVERED)
        return coach.reply(Message(text, history), profile or Profile())

    def _search(self, text: str, k: int, stage: StageName | None, named: bool) -> Sequence[Hit]:
        self.asked.append((text, stage, named))
        return self.hits

    def _find_steps(self, text: str, stage: StageName) -> Sequence[Hit]:
        return [hit for hit in self.steps if stage in hit.passage.stages]


def of(library: Library, doc: str) -> list[Passage]:
    return [passage for passage in library.passages() if passage.doc == doc]


def near(library: Library, stage: StageName, place: int) -> Hit:
    """A stage's step, found by its place, as near as can be."""
    step = library.stages[stage].steps[place]
    return hit(Passage(f"stages/{stage}", step.id, (stage, step.id), step.do, "step", stages=(stage,)))


def test_a_question_gets_an_answer_with_its_source_and_a_step(library: Library) -> None:
    passage = of(library, GUIDE)[0]
    reply = Desk(library, [hit(passage)]).says("how do i answer the phone")
    assert reply.kind == "answer"
    assert [(source.doc, source.section) for source in reply.sources] == [(GUIDE, passage.section)]
    assert reply.retrieved == (GUIDE,)
    assert [step.stage for step in reply.next_steps] == ["entry"]


def test_documents_found_are_named_once_best_first(library: Library) -> None:
    hits = [hit(passage) for doc in (GUIDE, SCRIPT, "roadmap/faq") for passage in of(library, doc)[:3]]
    assert Desk(library, hits).says("phones").retrieved == (GUIDE, SCRIPT, "roadmap/faq")


def test_a_hard_call_gets_its_script(library: Library) -> None:
    reply = Desk(library, [hit(of(library, SCRIPT)[0])]).says("pt furious about the missed visit fee")
    assert reply.kind == "script"
    assert reply.sources[0].title == library.scripts[SCRIPT].title
    assert library.scripts[SCRIPT].say_first in reply.text


def test_a_push_back_gets_the_answer_to_it(library: Library) -> None:
    turn = library.scripts[SCRIPT].push_backs[0]
    passage = next(passage for passage in of(library, SCRIPT) if passage.section == turn.caller)
    reply = Desk(library, [hit(passage)]).says("she says she never got one")
    assert reply.kind == "script"
    assert turn.caller in reply.text
    assert library.scripts[SCRIPT].say_first not in reply.text


def test_too_little_evidence_names_the_nearest_and_cites_nothing(library: Library) -> None:
    reply = Desk(library, [hit(of(library, GUIDE)[0], coverage=0.4)]).says("how do i fix the boiler")
    assert reply.kind == "unknown"
    assert library.guides[GUIDE].title in reply.text
    assert (reply.sources, reply.next_steps, reply.retrieved) == ((), (), (GUIDE,))


def test_the_nearest_is_the_first_that_has_a_title(library: Library) -> None:
    hits = [hit(clinic_passage("Open at 8."), coverage=0.1), hit(of(library, GUIDE)[0], coverage=0.1)]
    assert library.guides[GUIDE].title in Desk(library, hits).says("boiler").text


def test_nothing_found_is_a_reply_too(library: Library) -> None:
    reply = Desk(library).says("how do i fix the boiler")
    assert (reply.kind, reply.text, reply.retrieved) == ("unknown", library.wording.unknown_bare, ())


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_an_empty_message_is_answered_without_a_search(text: str, library: Library) -> None:
    desk = Desk(library)
    assert desk.says(text) == Reply("help", library.wording.empty)
    assert not desk.asked


def test_a_message_that_is_too_long_is_not_read(library: Library) -> None:
    desk = Desk(library)
    assert desk.says("a" * (MAX_CHARS + 1)) == Reply("help", library.wording.too_long)
    assert not desk.asked
    assert desk.says("a" * MAX_CHARS).kind == "unknown"


def test_a_greeting_is_greeted_and_help_is_help(library: Library) -> None:
    desk = Desk(library)
    assert desk.says("Hi!") == Reply("help", f"{library.wording.greeting}\n\n{library.wording.help}")
    assert desk.says("help") == Reply("help", library.wording.help)
    assert not desk.asked


def test_the_search_is_told_the_stage_of_the_asker(library: Library) -> None:
    desk = Desk(library)
    desk.says("how do i hold a call", Profile("senior"))
    desk.says("how do i hold a call", Profile(role="trainee"))
    desk.says("how do i hold a call")
    assert [stage for _, stage, _ in desk.asked] == ["senior", "entry", None]
    assert not any(named for _, _, named in desk.asked)


def test_the_search_is_told_the_stage_that_the_question_names(library: Library) -> None:
    desk = Desk(library)
    desk.says("what proof does a lead need", Profile("senior"))
    assert desk.asked == [("what proof does a lead need", "lead", True)]


def test_a_follow_up_is_searched_with_the_question_before(library: Library) -> None:
    desk = Desk(library)
    desk.says("and if she cries?", history=(Turn("user", "no show fee"), Turn("coach", "Ask why.")))
    assert desk.asked[0][0] == "no show fee and if she cries?"


@pytest.mark.parametrize("stage", ["entry", "senior", "lead", "assistant-manager", "manager"])
def test_the_next_step_is_of_the_askers_stage(stage: StageName, library: Library) -> None:
    desk = Desk(library, [hit(of(library, "roadmap/faq")[0])], [near(library, stage, 3)])
    (step,) = desk.says("what does an office manager earn", Profile(stage)).next_steps
    assert step == library.stages[stage].steps[3]


def test_without_a_profile_the_next_step_is_of_the_stage_in_the_question(library: Library) -> None:
    (step,) = Desk(library, [hit(of(library, "roadmap/lead")[0])]).says("what proof does a lead need").next_steps
    assert step.stage == "lead"


def test_a_done_step_is_not_suggested_again(library: Library) -> None:
    steps = library.stages["senior"].steps
    desk = Desk(library, [hit(of(library, GUIDE)[0])], [near(library, "senior", 0)])
    assert desk.says("phones", Profile("senior")).next_steps == (steps[0],)
    assert steps[0] not in desk.says("phones", Profile("senior", done=("I did it",))).next_steps


def test_when_every_step_is_done_none_is_suggested(library: Library) -> None:
    stage = library.stages["lead"]
    alone = replace(library, stages={**library.stages, "lead": replace(stage, steps=stage.steps[:1])})
    desk = Desk(alone, [hit(of(library, GUIDE)[0])], [near(library, "lead", 0)])
    assert desk.says("phones", Profile("lead", done=("I did it",))).next_steps == ()


@given(text=st.text(max_size=60), enough=st.booleans())
def test_any_message_gets_a_reply_with_text(text: str, enough: bool, library: Library) -> None:
    reply = Desk(library, [hit(of(library, GUIDE)[0], coverage=float(enough))]).says(text)
    assert reply.text
    assert bool(reply.sources) == (reply.kind == "answer")
