"""wages.csv and pay.yaml, read and checked: the figures behind the salary calculator, and the coach's words on them."""

import csv
import io
import math
import re
from collections.abc import Sequence, Set
from dataclasses import fields
from pathlib import Path

from knowledge.content import ContentReader
from knowledge.forms import PayFile, WageRow
from knowledge.pay import Pay, PaySetting, PaySources, PayStage, PayWording, StandIn, Wage
from knowledge.types import STAGES

NATION = "United States"
PERCENTILES = ("10", "25", "50", "75", "90")
COLUMNS = ("occupation_code", "title", "area", "percentile", "annual_usd", "year", "source")
_SLOT = re.compile(r"\{([^{}]*)\}")
_SLOTS = frozenset(
    "low high mid first second who place year national national_year called offer placed hourly yearly years "
    "part state setting over under range_source basis_source limits_source".split()
)


def read_pay(reader: ContentReader, passages: Set[str]) -> Pay | None:
    """The wage data of a content folder, None when it does not fit; each problem is noted with its file and key.

    passages: ids of the passages that there are to cite.
    """
    wages = _wages(reader, reader.folder / "wages.csv")
    path = reader.folder / "pay.yaml"
    file = reader.valid(path, PayFile, reader.yaml(path, reader.read(path)))
    if file is None or not wages:
        return None
    _check_stand_ins(reader, path, file, wages)
    _check_places(reader, path, file, {wage.area for wage in wages})
    # A guide that did not load has its own problem.
    lost = reader.known - {passage.partition("#")[0] for passage in passages}
    for kind, cited in file.sources:
        for key, passage in cited:
            if passage not in passages and passage.partition("#")[0] not in lost:
                reader.problem(path, f"sources.{kind}.{key}: there is no section {passage}")
    limits = [row.under or math.inf for row in file.years]
    if limits != sorted(set(limits)) or limits[-1] != math.inf:
        reader.problem(path, "years: each row's under must rise, and only the last has none")
    wording = _wording(reader, path, file)
    if wording is None:
        return None
    return Pay(
        wages,
        {
            stage: StandIn(
                row.who, row.occupation, row.called, tuple(row.percentiles), row.first, row.why, row.misleads
            )
            for stage, row in file.stand_ins.items()
        },
        tuple((row.under, row.part) for row in file.years),
        {
            name: PaySetting(row.place, tuple(row.said), f"US: {row.area}" if row.area else None)
            for name, row in file.settings.items()
        },
        {state: tuple(names) for state, names in file.states.items()},
        PaySources(**dict(file.sources.general)),
        PaySources(**dict(file.sources.personal)),
        wording,
    )


def newest(wages: Sequence[Wage], occupation: str, area: str, percentile: str) -> Wage | None:
    """The row of the newest year that holds a figure of a job and area, None without one; undated rows do not count."""
    wanted = (occupation, area, percentile)
    dated = [wage for wage in wages if wage.year and (wage.occupation, wage.area, wage.percentile) == wanted]
    return max(dated, key=lambda wage: wage.year or 0, default=None)


def _wages(reader: ContentReader, path: Path) -> tuple[Wage, ...]:
    text = reader.read(path)
    rows = csv.DictReader(io.StringIO(text))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        if text or path.exists():
            reader.problem(path, f"line 1: the columns must be {','.join(COLUMNS)}")
        return ()
    wages: dict[tuple[str, str, int | None], dict[str, Wage]] = {}
    for row in rows:
        # The csv module keeps the cells that are too many under no name.
        cells = {name or "the cells after source": cell for name, cell in row.items()}
        checked = reader.valid(path, WageRow, cells, f"line {rows.line_num}: ")
        if checked:
            year = int(checked.year) if checked.year else None
            wage = Wage(
                checked.occupation_code, checked.title, checked.area, checked.percentile, checked.annual_usd, year,
                checked.source,
            )  # fmt: skip
            known = wages.setdefault((wage.occupation, wage.area, wage.year), {})
            if wage.percentile in known:
                reader.problem(path, f"line {rows.line_num}: this job, area, percentile and year have a row already")
            known[wage.percentile] = wage
    for (occupation, area, rows_year), found in wages.items():
        rising = [found[name].annual for name in PERCENTILES if name in found]
        if rising != sorted(rising):
            reader.problem(path, f"{occupation}, {area}, {rows_year or 'undated'}: the percentiles do not rise")
    if not wages:
        reader.problem(path, "there is no row that fits")
    return tuple(wage for found in wages.values() for wage in found.values())


def _check_stand_ins(reader: ContentReader, path: Path, file: PayFile, wages: Sequence[Wage]) -> None:
    expected: tuple[PayStage, ...] = ("any", *STAGES)
    for stage in expected:
        row = file.stand_ins.get(stage)
        if row is None:
            reader.problem(path, f"stand_ins.{stage}: this key is missing")
            continue
        if row.percentiles != sorted(set(row.percentiles)):
            reader.problem(path, f"stand_ins.{stage}.percentiles: they must rise")
        national = [newest(wages, row.occupation, NATION, name) for name in (*PERCENTILES, "mean")]
        if None in national or len({wage.year for wage in national if wage}) > 1:
            where = f"stand_ins.{stage}.occupation"
            reader.problem(path, f"{where}: wages.csv lacks national figures of one year for {row.occupation}")


def _check_places(reader: ContentReader, path: Path, file: PayFile, areas: Set[str]) -> None:
    for name, setting in file.settings.items():
        if setting.area and f"US: {setting.area}" not in areas:
            reader.problem(path, f"settings.{name}.area: wages.csv has no area US: {setting.area}")
    for state, names in file.states.items():
        if state not in areas:
            reader.problem(path, f"states.{state}: wages.csv has no such area")
        if not re.fullmatch(r"[A-Z]{2}", names[0]):
            reader.problem(path, f"states.{state}: the first name must be the postal code, two capital letters")
    for key, said in (
        ("settings", [phrase for setting in file.settings.values() for phrase in setting.said]),
        ("states", [phrase for state, names in file.states.items() for phrase in (state, *names)]),
    ):
        taken = [phrase.lower() for phrase in said]
        for phrase in sorted({phrase for phrase in taken if taken.count(phrase) > 1}):
            reader.problem(path, f"{key}: {phrase} stands there twice")


def _wording(reader: ContentReader, path: Path, file: PayFile) -> PayWording | None:
    expected = {field.name for field in fields(PayWording)}
    for key in sorted(file.wording.keys() ^ expected):
        what = "this key is missing" if key in expected else "this key is not known"
        reader.problem(path, f"wording.{key}: {what}")
    for key, sentence in file.wording.items():
        for slot in _SLOT.findall(sentence):
            if slot not in _SLOTS:
                reader.problem(path, f"wording.{key}: {{{slot}}} is not filled by the coach")
    return PayWording(**file.wording) if file.wording.keys() == expected else None
