"""Content files read one by one, each problem noted with its file."""

import re
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from knowledge.markdown import Section
from knowledge.types import Source

_LINK = re.compile(r"\]\(([^)\s]+)[^)]*\)")

T = TypeVar("T")


class ContentReader:
    """Reads the files of a content folder, and goes on when one is wrong.

    problems: one line each, "file: key or heading: what is wrong". known: ids of the guides and scripts there are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[str] = []
        self.known = {f"{kind}/{path.stem}" for kind in ("guides", "scripts") for path in (folder / kind).glob("*.md")}

    def problem(self, path: Path, what: str) -> None:
        """Note what is wrong with a file."""
        name = path.relative_to(self.folder) if path.is_relative_to(self.folder) else path
        self.problems.append(f"{name}: {what}")

    def files(self, kind: str) -> list[Path]:
        """The Markdown files of a kind, by name."""
        return sorted((self.folder / kind).glob("*.md"))

    def read(self, path: Path) -> str:
        """The text of a file, "" when it cannot be had."""
        try:
            return path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            self.problem(path, "the file is missing")
        except OSError:
            self.problem(path, "the file cannot be read")
        except UnicodeDecodeError:
            self.problem(path, "the file is not UTF-8 text")
        return ""

    def yaml(self, path: Path, text: str) -> Any:
        """What a YAML text holds, None when it is none."""
        try:
            return YAML(typ="safe").load(text)
        except (YAMLError, ValueError) as error:
            mark = getattr(error, "problem_mark", None)
            place = f"line {mark.line + 1}: " if mark else ""
            self.problem(path, f"{place}{getattr(error, 'problem', None) or 'this is not YAML'}")
            return None

    def valid(self, path: Path, form: type[T], data: Any, where: str = "") -> T | None:
        """The data as a form; None, with a problem for each key, when it does not fit. where: stands before the key."""
        try:
            return TypeAdapter(form).validate_python(data)
        except ValidationError as error:
            for item in error.errors():
                key = ".".join(str(part) for part in item["loc"]) or "front matter"
                known = "this key is not known" if item["type"] == "extra_forbidden" else item["msg"]
                self.problem(path, f"{where}{key}: {known}")
            return None

    def front(self, path: Path, form: type[T]) -> tuple[T | None, str]:
        """A file's front matter as a form, and the text after it."""
        text = self.read(path)
        match = re.match(r"---\n(.*?\n)---\n", text, re.DOTALL)
        if not match:
            if path.exists():
                self.problem(path, "front matter: it must open the file between two lines of ---")
            return None, ""
        return self.valid(path, form, self.yaml(path, match[1])), text[match.end() :]

    def check_slug(self, path: Path, slug: str) -> None:
        """A slug must be the name of its file."""
        if slug != path.stem:
            self.problem(path, f"slug: it must be the file's name, {path.stem}")

    def check_cites(self, path: Path, sources: list[Source], body: str) -> None:
        """Each source must be quoted in the text, and each quoted source listed."""
        # A cite may share its brackets with others: (BLS, 2025; HHS OCR, 2002).
        quoted = {" ".join(part.split()) for group in re.findall(r"\(([^()]+)\)", body) for part in group.split(";")}
        for source in sources:
            if source.cite not in quoted:
                self.problem(path, f"sources: ({source.cite}) is not quoted anywhere in the text")
        for part in sorted(quoted - {source.cite for source in sources}):
            if re.fullmatch(r"[^,]+(?:, [^,]+)*, (?:\d{4}(?:-\d{2,4})?|n\.d\.)", part):
                self.problem(path, f"({part}): this source is not listed in the front matter")

    def links(self, path: Path, section: Section) -> list[str]:
        """The documents that a section links to; a link that leads nowhere is a problem."""
        documents = []
        for target in _LINK.findall(section.body):
            if target.startswith(("http://", "https://")):
                continue
            file = (path.parent / target.partition("#")[0]).resolve()
            doc = f"{file.parent.name}/{file.stem}"
            if doc in self.known and file == (self.folder / f"{doc}.md").resolve():
                documents.append(doc)
            else:
                self.problem(path, f"{section.heading}: the link {target} leads nowhere")
        return documents
