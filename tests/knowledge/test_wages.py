from pathlib import Path

import pytest

from knowledge.errors import LibraryError
from knowledge.library import load
from knowledge.pay import Pay
from knowledge.settings import LIBRARY
from knowledge.types import STAGES
from knowledge.wages import NATION, newest
from tests.conftest import edit


@pytest.fixture(scope="module")
def pay() -> Pay:
    return load(LIBRARY).pay


def test_each_stage_has_a_stand_in_with_national_figures(pay: Pay) -> None:
    assert set(pay.stand_ins) == {"any", *STAGES}
    for stand_in in pay.stand_ins.values():
        figures = [newest(pay.wages, stand_in.occupation, NATION, str(name)) for name in stand_in.percentiles]
        assert [wage.year for wage in figures if wage] == [2024] * len(figures)


def test_every_state_that_people_name_has_a_figure_for_the_desk_and_for_managers(pay: Pay) -> None:
    assert len(pay.states) == 54
    for state in pay.states:
        assert newest(pay.wages, "43-6013", state, "mean")
        assert newest(pay.wages, "11-9111", state, "mean")


def test_no_source_names_a_machine_or_a_private_address(pay: Pay) -> None:
    for wage in pay.wages:
        assert "github" not in wage.source and "/work" not in wage.source and ".csv" not in wage.source


def test_the_newest_year_counts_and_a_file_without_a_date_does_not(pay: Pay) -> None:
    median = newest(pay.wages, "43-6013", NATION, "50")
    assert median and (median.annual, median.year) == (44640, 2024)
    mean = newest(pay.wages, "43-6013", "New York", "mean")
    assert mean and (mean.annual, mean.year) == (47170, 2023)
    assert newest(pay.wages, "43-6013", "New York", "50") is None
    assert newest(pay.wages, "43-1011", "Ohio", "mean") is None


# Each row: the file, what an editor gets wrong, and what the one line that says so must name.
SPOILED = {
    "columns": ("wages.csv", "annual_usd", "annual", "wages.csv: line 1: the columns must be occupation_code,title"),
    "a figure in words": ("wages.csv", ",10,64740,", ",10,lots,", "wages.csv: line 2: annual_usd: "),
    "no pay at all": ("wages.csv", ",10,64740,", ",10,0,", "wages.csv: line 2: annual_usd: "),
    "a percentile that is none": ("wages.csv", ",10,64740,", ",11,64740,", "wages.csv: line 2: percentile: "),
    "a year that is none": ("wages.csv", "64740,2024,", "64740,May,", "wages.csv: line 2: year: "),
    "a code that is none": ("wages.csv", "\n11-3012,", "\nmanagers,", "wages.csv: line 2: occupation_code: "),
    "a row too short": ("wages.csv", ',2024,"BLS OEWS May 2024, national file"', "", "wages.csv: line 2: year: "),
    "a row too long": ("wages.csv", "64740,2024,", "64740,2024,x,y,", "wages.csv: line 2: the cells after source: "),
    "the same figure twice": (
        "wages.csv", "States,25,83660", "States,10,83660", "wages.csv: line 3: this job, area, percentile and year",
    ),
    "percentiles that fall": (
        "wages.csv", ",50,44640,", ",50,34640,", "wages.csv: 43-6013, United States, 2024: the percentiles do not rise",
    ),
    "a figure that a stand-in needs": (
        "wages.csv", ",75,82340,2024,", ",75,82340,2023,",
        "pay.yaml: stand_ins.assistant-manager.occupation: wages.csv lacks national figures of one year for 43-1011",
    ),
    "an unknown key": ("pay.yaml", "years:\n", "tone: low\nyears:\n", "pay.yaml: tone: this key is not known"),
    "a missing stage": ("pay.yaml", "  lead:\n    who", "  boss:\n    who", "pay.yaml: stand_ins.boss"),
    "an unknown percentile": ("pay.yaml", "[75, 90]", "[75, 95]", "pay.yaml: stand_ins.lead.percentiles.1: "),
    "percentiles in disorder": ("pay.yaml", "[75, 90]", "[90, 75]", "pay.yaml: stand_ins.lead.percentiles: they must"),
    "years in disorder": ("pay.yaml", "under: 4", "under: 1", "pay.yaml: years: each row's under must rise"),
    "years without an end": ("pay.yaml", "{part: upper}", "{under: 9, part: upper}", "pay.yaml: years: each row's"),
    "an unknown area": (
        "pay.yaml", "area: Offices of physicians", "area: Offices", "pay.yaml: settings.physician-office.area: wages",
    ),
    "an unknown state": ("pay.yaml", "  Ohio:", "  Ohoi:", "pay.yaml: states.Ohoi: wages.csv has no such area"),
    "no postal code": ("pay.yaml", "[OH]", "[oh]", "pay.yaml: states.Ohio: the first name must be the postal code"),
    "one code for two states": ("pay.yaml", "[OH]", "[OK]", "pay.yaml: states: ok stands there twice"),
    "a setting said twice": ("pay.yaml", "[hospital,", "[hospital, dental,", "pay.yaml: settings: dental stands there"),
    "a section that is not there": (
        "pay.yaml", "#what-is-a-deductible", "#what-is-it", "pay.yaml: sources.general.range: there is no section ",
    ),
    "a missing sentence": ("pay.yaml", "  use: ", "  used: ", "pay.yaml: wording.use: this key is missing"),
    "an unknown sentence": ("pay.yaml", "  use: ", "  used: ", "pay.yaml: wording.used: this key is not known"),
    "a slot misspelt": ("pay.yaml", "{state} figure", "{sate} figure", "pay.yaml: wording.no_state: {sate} is not"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "named"), SPOILED.values(), ids=SPOILED)
def test_a_problem_is_named_with_its_file_and_key(
    file: str, old: str, new: str, named: str, small_library: Path
) -> None:
    edit(small_library / file, old, new)
    with pytest.raises(LibraryError) as caught:
        load(small_library)
    assert any(problem.startswith(named) for problem in caught.value.problems), caught.value.problems


@pytest.mark.parametrize("file", ["wages.csv", "pay.yaml"])
def test_a_missing_or_empty_file_is_named(file: str, small_library: Path) -> None:
    (small_library / file).write_text("")
    with pytest.raises(LibraryError) as caught:
        load(small_library)
    assert any(problem.startswith(f"{file}: ") for problem in caught.value.problems)
    (small_library / file).unlink()
    with pytest.raises(LibraryError) as caught:
        load(small_library)
    assert caught.value.problems == [f"{file}: the file is missing"] or file == "pay.yaml"


def test_a_guide_that_does_not_load_is_told_once(small_library: Path) -> None:
    edit(small_library / "guides/billing.md", "title: Billing", "colour: red\ntitle: Billing")
    with pytest.raises(LibraryError) as caught:
        load(small_library)
    assert [problem.partition(":")[0] for problem in caught.value.problems] == ["guides/billing.md"]
