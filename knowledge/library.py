"""load(): the content folder, read once, checked whole, and handed on as frozen values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from knowledge.content import ContentReader
from knowledge.errors import LibraryError
from knowledge.examples import read_examples
from knowledge.forms import GuideFront, HuddleRow, RoadmapFront, ScriptFront, StageRow, StepRow, Text
from knowledge.markdown import Section, sections
from knowledge.pay import Pay
from knowledge.types import (
    STAGES,
    Examples,
    Guide,
    Huddle,
    Kind,
    Passage,
    PushBack,
    Script,
    Source,
    Stage,
    StageName,
    Step,
    Wording,
)
from knowledge.wages import read_pay

SCRIPT_PARTS = (
    "Say first", "Check identity", "Acknowledge", "Explain", "Offer", "Close", "If they push back",
    "Write down", "Never say", "Hand over when", "Short form",
)  # fmt: skip
_SLOT = re.compile(r"\{([^{}#]+)\}")


@dataclass(frozen=True)
class Chapter:
    """One part of the roadmap, a document of its own: `roadmap/entry` ... `roadmap/faq`."""

    id: str
    title: str
    sources: tuple[Source, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Library:
    """All content, loaded and validated. Mappings are keyed by document id or stage name."""

    stages: Mapping[StageName, Stage]
    chapters: Mapping[str, Chapter]
    guides: Mapping[str, Guide]
    scripts: Mapping[str, Script]
    huddles: tuple[Huddle, ...]
    slots: Mapping[str, str]
    wording: Wording
    pay: Pay
    examples: Examples

    def passages(self) -> Iterator[Passage]:
        """Every citable passage: roadmap, guides in the order the roadmap reaches them, scripts."""
        for documents in (self.chapters, self.guides, self.scripts):
            for document in documents.values():
                yield from document.passages

    def steps(self) -> Iterator[Step]:
        """Every step, by stage, in its natural order."""
        for stage in self.stages.values():
            yield from stage.steps

    def title(self, doc: str) -> str | None:
        """The title of one of the library's documents, None for any other id."""
        document = self.chapters.get(doc) or self.guides.get(doc) or self.scripts.get(doc)
        return document.title if document else None


def load(folder: Path) -> Library:
    """The library in a folder; raises LibraryError that lists every problem with its file and key."""
    return _Loader(folder).load()


class _Loader(ContentReader):
    def load(self) -> Library:
        slots = self._words("slots.yaml")
        wording = self._wording()
        stages = self._stages()
        chapters, linked = self._roadmap()
        guides = {guide.id: guide for path in self.files("guides") if (guide := self._guide(path))}
        scripts = {script.id: script for path in self.files("scripts") if (script := self._script(path, slots))}
        huddles = tuple(
            huddle for path in sorted((self.folder / "huddles").glob("*.yaml")) for huddle in self._huddles(path)
        )
        for unreached in sorted(guides.keys() - set(linked)):
            self.problem(self.folder / f"{unreached}.md", "no link from roadmap.md leads here")
        ordered = {doc: guides[doc] for doc in [*linked, *sorted(guides.keys() - set(linked))] if doc in guides}
        for stage in stages.values():
            self._check_steps(stage, {step.id for other in stages.values() for step in other.steps})
        pay = read_pay(self, {passage.id for guide in guides.values() for passage in guide.passages})
        examples = read_examples(self, {*(f"roadmap/{name}" for name in (*STAGES, "faq")), *self.known})
        if self.problems or wording is None or pay is None:
            raise LibraryError(self.problems)
        return Library(stages, chapters, ordered, scripts, huddles, slots, wording, pay, examples)

    def _words(self, name: str) -> dict[str, str]:
        path = self.folder / name
        return self.valid(path, dict[Text, Text], self.yaml(path, self.read(path))) or {}

    def _wording(self) -> Wording | None:
        path = self.folder / "wording.yaml"
        expected = {field.name for field in fields(Wording)}
        words = self._words("wording.yaml")
        for key in sorted(words.keys() ^ expected):
            self.problem(path, f"{key}: " + ("this key is missing" if key in expected else "this key is not known"))
        return Wording(**words) if words.keys() == expected else None

    def _stages(self) -> dict[StageName, Stage]:
        path = self.folder / "stages.yaml"
        rows = self.valid(path, dict[StageName, StageRow], self.yaml(path, self.read(path))) or {}
        if rows and tuple(rows) != STAGES:
            self.problem(path, f"the stages must be {', '.join(STAGES)}, in that order")
        return {
            name: Stage(
                name, row.title, row.purpose, tuple(row.known_as), tuple(row.gate),
                tuple(_step(step, name) for step in row.steps),
            )
            for name, row in rows.items()
        }  # fmt: skip

    def _check_steps(self, stage: Stage, ids: set[str]) -> None:
        path = self.folder / "stages.yaml"
        seen: set[str] = set()
        for step in stage.steps:
            where = f"{stage.name}.steps.{step.id}"
            if step.id in seen or not step.id.startswith(f"{stage.name}-"):
                self.problem(path, f"{where}: an id must be unique and start with {stage.name}-")
            if step.guide not in self.known:
                self.problem(path, f"{where}.guide: there is no {step.guide}")
            for earlier in step.after:
                if earlier not in ids:
                    self.problem(path, f"{where}.after: there is no step {earlier}")
                elif earlier.startswith(f"{stage.name}-") and earlier not in seen:
                    self.problem(path, f"{where}.after: {earlier} must stand earlier in the list")
            seen.add(step.id)

    def _roadmap(self) -> tuple[dict[str, Chapter], list[str]]:
        path = self.folder / "roadmap.md"
        front, body = self.front(path, RoadmapFront)
        found = sections(body)
        expected = [*STAGES, "faq"]
        anchors = [section.anchor for section in found if section.level == 2]
        if front is None or anchors != expected:
            self.problem(path, f"the level-2 headings must carry {{#{'}, {#'.join(expected)}}}, in that order")
            return {}, []
        self.check_cites(path, front.sources, body)
        for section in found:
            if section.level < 2 and section.body:
                self.problem(path, f"{section.heading or 'text before the first heading'}: it belongs to no chapter")
        linked: list[str] = []
        chapters: dict[str, Chapter] = {}
        for start in [place for place, section in enumerate(found) if section.level == 2]:
            name = found[start].anchor
            inside = [found[start]]
            for section in found[start + 1 :]:
                if section.level <= 2:
                    break
                inside.append(section)
            doc = f"roadmap/{name}"
            stages: tuple[StageName, ...] = tuple(stage for stage in STAGES if stage == name)
            passages = [
                passage for section in inside
                if (passage := self._passage(path, section, doc, "roadmap", (), stages))
            ]  # fmt: skip
            chapters[doc] = Chapter(doc, found[start].heading, tuple(front.sources), tuple(passages))
            linked += [target for section in inside for target in self.links(path, section)]
        return chapters, list(dict.fromkeys(linked))

    def _guide(self, path: Path) -> Guide | None:
        front, body = self.front(path, GuideFront)
        if front is None:
            return None
        self.check_slug(path, front.slug)
        self.check_cites(path, front.sources, body)
        doc, stages = f"guides/{path.stem}", tuple(front.stages)
        found = sections(body)
        for section in found:
            self.links(path, section)
            if section.level not in (2, 3):
                self.problem(path, f"{section.heading or 'text before the first heading'}: sections are level 2 or 3")
        passages = [p for section in found if (p := self._passage(path, section, doc, "guide", (front.title,), stages))]
        return Guide(
            doc, front.title, front.promise, stages, str(front.reviewed), tuple(front.sources), tuple(passages),
            front.no_script,
        )  # fmt: skip

    def _passage(
        self, path: Path, section: Section, doc: str, kind: Kind, above: tuple[str, ...], stages: tuple[StageName, ...]
    ) -> Passage | None:
        asked: tuple[str, ...] = ()
        body = section.body
        if body.startswith("Asked as:"):
            line, _, body = body.partition("\n")
            asked = tuple(part.strip() for part in line.removeprefix("Asked as:").split("|") if part.strip())
        if not body.strip():
            return None
        if not asked and section.level == 3:
            self.problem(path, f"{section.heading}: the line 'Asked as:' is missing")
        return Passage(doc, section.anchor, above + section.path, body.strip(), kind, asked, stages)

    def _script(self, path: Path, slots: Mapping[str, str]) -> Script | None:
        front, body = self.front(path, ScriptFront)
        if front is None:
            return None
        self.check_slug(path, front.slug)
        self.check_cites(path, front.sources, body)
        found = sections(body)
        for section in found:
            self.links(path, section)
        for slot in dict.fromkeys(_SLOT.findall(body)):
            if slot not in slots:
                self.problem(path, f"{{{slot}}}: this slot is not in slots.yaml")
        for guide in front.guides:
            if f"guides/{guide}" not in self.known:
                self.problem(path, f"guides: there is no guides/{guide}")
        parts = [section for section in found if section.level == 2]
        if tuple(section.heading for section in parts) != SCRIPT_PARTS:
            self.problem(path, f"the level-2 headings must be {', '.join(SCRIPT_PARTS)}, in that order")
            return None
        for section in parts:
            if not section.body and section.heading != "If they push back":
                self.problem(path, f"{section.heading}: this part is empty")
        turns = [section for section in found if section.level == 3]
        if len(turns) < 3:
            self.problem(path, "If they push back: at least three turns are needed")
        doc, stages = f"scripts/{path.stem}", tuple(front.stages)
        situations = tuple(front.situations)
        passages = tuple(
            Passage(
                doc, section.anchor, (front.title, *section.path), section.body, "script",
                situations if section.heading == "Say first" else (section.heading,) if section.level == 3 else (),
                stages,
            )
            for section in found if section.body
        )  # fmt: skip
        text = {section.heading: section.body for section in parts}
        return Script(
            doc, front.title, situations, stages, tuple(f"guides/{guide}" for guide in front.guides), front.takes_over,
            str(front.reviewed), tuple(front.sources), text["Say first"], text["Check identity"], text["Acknowledge"],
            text["Explain"], text["Offer"], text["Close"], tuple(PushBack(turn.heading, turn.body) for turn in turns),
            text["Write down"], text["Never say"], text["Hand over when"], text["Short form"], passages,
        )  # fmt: skip

    def _huddles(self, path: Path) -> list[Huddle]:
        rows = self.valid(path, list[HuddleRow], self.yaml(path, self.read(path))) or []
        seen: set[str] = set()
        for row in rows:
            if row.id in seen or not row.id.startswith(f"{path.stem}-"):
                self.problem(path, f"{row.id}: an id must be unique and start with {path.stem}-")
            seen.add(row.id)
            if row.behind not in self.known:
                self.problem(path, f"{row.id}.behind: there is no {row.behind}")
        return [
            Huddle(
                row.id, row.theme, row.opening, row.question, row.drill, row.number, row.behind, tuple(row.when),
                row.short,
            )
            for row in rows
        ]  # fmt: skip


def _step(row: StepRow, stage: StageName) -> Step:
    return Step(
        row.id, stage, row.do, row.proof, row.measure, row.guide, row.effort,
        tuple(row.after), tuple(row.asked), tuple(row.done_as),
    )  # fmt: skip
