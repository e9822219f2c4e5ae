"""The salary calculator: what it works out, and what is said about it."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.coach.coach import Coach
from bot.coach.pay import HOURS, estimate, placed, verdict
from bot.coach.pay_details import Offer
from bot.coach.pay_question import PayQuestion
from bot.coach.pay_reply import pay_reply
from bot.coach.types import Message, Profile, Reply
from knowledge.library import Library
from knowledge.settings import LIBRARY
from knowledge.types import STAGES, Hit
from knowledge.wages import NATION, newest
from tests.bot.conftest import HALF_COVERED, clinic_passage, hit, scope

CALCULATOR, REPORT = "guides/salary-calculator", "guides/cmaa-salary-report"


def says(library: Library, text: str, profile: Profile | None = None, hits: Sequence[Hit] = ()) -> Reply:
    coach = Coach(library, lambda text, k, stage, named: hits, scope, lambda text, stage: (), HALF_COVERED)
    return coach.reply(Message(text), profile or Profile())


def test_a_senior_nationally_is_the_upper_half_of_the_desk(library: Library) -> None:
    found = estimate("senior", None, None, None, library.pay)
    # As published: $44,640 and $49,720; between them (44,640 + 49,720) / 2. By the hour $21.46 and $23.90.
    assert [(point.percentile, point.annual) for point in (found.low, found.mid, found.high)] == [
        ("50th", 44640), ("halfway", 47180), ("75th", 49720),
    ]  # fmt: skip
    assert (found.low.hourly, found.high.hourly) == (21.46, 23.90)
    assert (found.year, found.factors, found.stand_in.occupation) == (2024, (), "43-6013")


def test_a_state_moves_the_range_to_its_own_mean_and_year(library: Library) -> None:
    found = estimate("senior", "Ohio", None, 4, library.pay)
    # 44,640 x 40,160 / 45,580 = 39,332 and 49,720 x 40,160 / 45,580 = 43,808, to the nearest hundred.
    assert (found.low.annual, found.high.annual) == (39300, 43800)
    # 39,332 / 2,080 = 18.91 and 43,808 / 2,080 = 21.06, to the nearest five cents.
    assert (found.low.hourly, found.high.hourly) == (18.90, 21.05)
    assert (found.state, found.year, found.part) == ("Ohio", 2023, "upper")
    assert [point.annual for point in found.national] == [44640, 47180, 49720]


def test_a_manager_has_figures_by_setting_too(library: Library) -> None:
    found = estimate("manager", "Pennsylvania", "outpatient-center", 0, library.pay)
    # 69,680 x 125,860 / 137,730 x 106,990 / 117,960 = 57,753; the guide's worked example rounds its factors: 57,700.
    assert (found.low.annual, found.mid.annual, found.high.annual) == (57800, 73400, 97800)
    assert (found.setting, found.part) == ("outpatient-center", "lower")
    assert len(found.sources) == 3


def test_what_the_data_lacks_is_said(library: Library) -> None:
    gaps = " ".join(estimate("assistant-manager", "Ohio", "dental-office", 3, library.pay).gaps)
    assert "no Ohio figure" in gaps and "in a dental office" in gaps
    assert "years" in gaps and "certification" in gaps
    nowhere = estimate("assistant-manager", "Ohio", "dental-office", 3, library.pay)
    assert (nowhere.state, nowhere.setting, nowhere.year) == (None, None, 2024)


@pytest.mark.parametrize(
    ("years", "part"), [(0, "lower"), (0.9, "lower"), (1, "middle"), (3.5, "middle"), (4, "upper")]
)
def test_years_choose_a_part_and_change_no_figure(years: float, part: str, library: Library) -> None:
    found, without = (estimate("lead", "Texas", None, value, library.pay) for value in (years, None))
    assert found.part == part
    assert (found.low, found.mid, found.high) == (without.low, without.mid, without.high)


@pytest.mark.parametrize(
    ("hourly", "where", "between"),
    [
        (10, "below", (None, "10th")),
        (18.21, "below", ("25th", "25th")),
        (19.5, "below", ("25th", "50th")),
        (21.46, "inside", ("50th", "50th")),
        (22, "inside", ("50th", "75th")),
        (23.9, "inside", ("75th", "75th")),
        (24, "above", ("75th", "90th")),
        (40, "above", ("90th", None)),
    ],
)
def test_an_offer_is_placed(
    hourly: float, where: str, between: tuple[str | None, str | None], library: Library
) -> None:
    found = estimate("senior", None, None, None, library.pay)
    assert verdict(hourly, found) == where
    assert placed(hourly, found) == between


def test_a_personal_question_gets_the_range_first_and_the_calculator_as_its_source(library: Library) -> None:
    others = [hit(library.chapters["roadmap/faq"].passages[0]), hit(library.guides[REPORT].passages[0])]
    text = "what should i be making, senior, 4 yrs, rural ohio, family practice"
    reply = says(library, text, Profile("senior"), others)
    assert reply.kind == "answer"
    assert reply.text.startswith("**About $18.90 to $21.05 an hour ($39,300 to $43,800 a year)**")
    assert "rule of thumb" in reply.text and "physician's office" in reply.text
    assert [source.doc for source in reply.sources] == [CALCULATOR, REPORT]
    assert reply.retrieved == (CALCULATOR, REPORT, "roadmap/faq")
    assert [step.stage for step in reply.next_steps] == ["senior"]


def test_a_question_about_a_stage_gets_the_report_first(library: Library) -> None:
    reply = says(library, "how much do leads make")
    assert reply.text.startswith("**$23.90 to $28.87 an hour ($49,720 to $60,050 a year)**")
    assert reply.sources[0].doc == REPORT
    assert reply.retrieved == (REPORT, CALCULATOR)


def test_an_offer_is_judged(library: Library) -> None:
    reply = says(library, "is $19.50/hr fair for a lead in Texas")
    assert "$19.50 an hour ($40,560 a year) is below that, between the 50th and 75th percentile." in reply.text


def test_several_stages_stand_side_by_side(library: Library) -> None:
    text = says(library, "how do assistant managers pay vs leads in ohio").text
    # Ohio has no figure for one of them, so both are national.
    assert "$23.90 to $28.87" in text and "$53,190 to $66,140" in text and "Ohio" in text


def test_a_certificate_adds_nothing(library: Library) -> None:
    plain, certified = (
        says(library, f"{text}what should i make as a senior in ohio").text for text in ("", "i'm certified, ")
    )
    assert plain.split("\n")[0] == certified.split("\n")[0]
    assert library.pay.wording.certificate in certified and library.pay.wording.certificate not in plain


def test_what_the_clinic_says_of_pay_goes_first(library: Library) -> None:
    bands = clinic_passage("A lead earns $24 to $27 an hour with us.", "Pay bands")
    assert "$24 to $27" in says(library, "how much do leads make", hits=[hit(bands)]).text
    assert "$23.90" in says(library, "how much do leads make", hits=[hit(bands, coverage=0.1)]).text


def test_every_quotation_stands_in_its_section(library: Library) -> None:
    passages = {(passage.doc, passage.section): passage.text for passage in library.passages()}
    for text in ("how much do leads make", "is $19.50/hr fair for a lead in Texas"):
        for source in says(library, text).sources:
            assert source.quote in " ".join(passages[source.doc, source.section].split())


STATES = st.sampled_from([None, "Ohio", "Texas", "District of Columbia", "Mississippi", "Guam", "New York"])
AMOUNTS = st.one_of(
    st.none(),
    st.floats(7, 199).map(lambda amount: Offer(round(amount, 2), "hour")),
    st.integers(10_000, 499_999).map(lambda amount: Offer(amount, "year")),
)


@given(data=st.data())
def test_low_middle_and_high_rise_and_every_figure_comes_from_the_file(data: st.DataObject, library: Library) -> None:
    pay = library.pay
    stage = data.draw(st.sampled_from([None, *STAGES]))
    state = data.draw(st.one_of(STATES, st.sampled_from(sorted(pay.states))))
    setting = data.draw(st.sampled_from([None, *pay.settings]))
    years = data.draw(st.one_of(st.none(), st.floats(0, 60)))
    found = estimate(stage, state, setting, years, pay)
    assert found.low.annual <= found.mid.annual <= found.high.annual
    assert found.low.hourly <= found.mid.hourly <= found.high.hourly
    ratio = 1.0
    for factor in found.factors:
        assert factor.over in pay.wages and factor.under in pay.wages
        ratio *= factor.over.annual / factor.under.annual
    for point in found.scale:
        wage = newest(pay.wages, found.stand_in.occupation, NATION, point.percentile.removesuffix("th"))
        assert wage and abs(point.annual - wage.annual * ratio) <= (50 if found.factors else 0)
        assert abs(point.hourly - wage.annual * ratio / HOURS) <= (0.0251 if found.factors else 0.0051)
    assert {found.low.annual, found.high.annual} <= {point.annual for point in found.scale}


@given(data=st.data())
def test_a_reply_is_short_and_prints_no_figure_of_its_own(data: st.DataObject, library: Library) -> None:
    pay = library.pay
    question = PayQuestion(
        data.draw(st.lists(st.sampled_from(STAGES), unique=True).map(tuple)), data.draw(STATES),
        data.draw(st.sampled_from([None, *pay.settings])), data.draw(st.sampled_from([None, 0.5, 1.0, 3.0, 12.0])),
        data.draw(AMOUNTS), data.draw(st.booleans()), data.draw(st.booleans()),
    )  # fmt: skip
    text, sources = pay_reply(question, pay, {passage.id: passage for passage in library.passages()}, library.title)
    assert len(text.split()) < 120
    assert "{" not in text
    assert {int(n) for n in re.findall(r"\[(\d)\]", text)} == {source.n for source in sources}
    known = {float(wage.annual) for wage in pay.wages}
    for stage in question.stages or (None,):
        for state, setting in ((question.state, question.setting), (question.state, None), (None, None)):
            found = estimate(stage, state, setting, question.years, pay)
            for point in (*found.scale, *found.national, found.mid):
                known |= {float(point.annual), point.hourly}
    if question.offer:
        hourly = question.offer.hourly
        known |= {question.offer.amount, round(hourly, 2), float(round(hourly * HOURS))}
    assert {float(money.replace(",", "")) for money in re.findall(r"\$([\d,]+(?:\.\d\d)?)", text)} <= known


def test_the_wording_names_no_dollars_of_its_own() -> None:
    assert "$" not in (LIBRARY / "pay.yaml").read_text(encoding="utf-8")
