"""Figures without a source: what a text claims in numbers without saying who counted."""

import re
from collections.abc import Collection, Iterator, Mapping

from knowledge.library import Library
from knowledge.markdown import plain, sentences
from knowledge.review.places import at_passage, at_step
from knowledge.types import Source

_WHO = "patients|callers|calls|claims|denials|practices|clinics|visits|staff|people|workers|jobs|employers|managers"
_TENS = "ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred"
_CLAIM = re.compile(
    rf"""
      \$\s?\d(?:[\d,.]*\d)?                                                         # $118
    | \b\d[\d,.]*\s?(?:%|(?:to\s\d[\d,.]*\s)?percent(?:age)?\b)                     # 4 percent, 3 to 5 percent
    | \b(?:one|two|three|four|five|six|seven|eight|nine|{_TENS})\spercent\b
    | \b\d[\d,]*\s(?:in|of|out\sof)\s(?:every\s)?\d[\d,]*\b                         # 22 in 100
    | \b(?:one|two|three|four)\s(?:in|out\sof)\s(?:every\s)?(?:three|four|five|six|seven|eight|nine|ten|a\shundred)\b
    | \b\d{{1,3}}(?:,\d{{3}})+\b | \b\d+\.\d+\b                                     # 195,930 and 13.5
    | \b\d[\d.]*\s(?:million|billion|thousand)\b
    | \b(?:half|(?:a|one)\sthird|two\sthirds|a\squarter|three\squarters)\sof\s(?:all\s|the\s)?(?:{_WHO})\b
    | \b(?:twice|[\w.]+\stimes)\s(?:as\s(?:likely|many|much|often)|more|higher)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A number in a sentence that speaks of one of these is a statistic, whatever it counts.
_STUDY = re.compile(
    r"\b(?:stud(?:y|ies)|surveys?|polls?|trials?|researchers|projected|on average|nationally|nationwide)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\w-])\d(?:[\d,.]*\d)?(?![\w-])")
_YEAR = re.compile(r"(?:19|20)\d\d")
# "For example" opens a true case as often as an invented one, so it marks nothing.
_INVENTED = re.compile(r"(?<!for )\bexamples?\b|\bmade[- ]up\b|\bour own sum\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\(([^()]+)\)")
_ITEM = re.compile(r"\s*(?:[-*]|\d+\.) ")


def check_figures(library: Library, huddles: Mapping[str, str]) -> Iterator[str]:
    """A finding for each figure without a source in passages, gates, steps and huddles.

    A step's measure and a huddle's number are left out: they are what the reader counts, not what somebody found.
    huddles: the place of each huddle, by its id.
    """
    sources: dict[str, tuple[Source, ...]] = {}
    for documents in (library.chapters, library.guides, library.scripts):
        for document in documents.values():
            sources[document.id] = document.sources
    texts = [(at_passage(passage), passage.text, passage.doc) for passage in library.passages()]
    for stage in library.stages.values():
        texts += [(f"stages.yaml: {stage.name}.gate", line, "") for line in stage.gate]
    for step in library.steps():
        texts += [(f"{at_step(step)}.{key}", getattr(step, key), step.guide) for key in ("do", "proof")]
    for huddle in library.huddles:
        for key in ("opening", "question", "drill", "short"):
            texts.append((f"{huddles[huddle.id]}.{key}", getattr(huddle, key), huddle.behind))
    for where, text, doc in texts:
        for figure in unsourced(text, sources.get(doc, ())):
            yield (
                f'{where}: "{figure}" has no source; put one of the document\'s sources after it, in brackets, '
                "say that it is an example, or take it out"
            )


def unsourced(text: str, sources: Collection[Source]) -> list[str]:
    """The figures of a text that it gives no source for.

    A figure has a source when one of `sources` is cited in its paragraph, in its list item or the paragraph that leads
    to the list, or when the same amount stands in such a place elsewhere in the text. A paragraph or list that calls
    itself an example, made up or our own sum claims nothing.
    """
    cites = {source.cite for source in sources}
    blocks = list(_blocks(text))
    sourced = [_cited(block, cites) or _cited(lead, cites) for block, lead in blocks]
    known: set[str] = set()
    for (block, _), has in zip(blocks, sourced, strict=True):
        if has:
            known.update(*(_amounts(figure) for figure in _figures(_bare(block))))
    known |= {amount.strip("$%") for amount in known}  # 4 percent (BLS, 2025) and then "that 4"
    found: list[str] = []
    for (block, lead), has in zip(blocks, sourced, strict=True):
        if has or _INVENTED.search(block) or _INVENTED.search(lead):
            continue
        for figure in _figures(_bare(block)):
            amounts = _amounts(figure)
            if not amounts or not amounts <= known:
                found.append(figure)
    return list(dict.fromkeys(found))


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Each paragraph and list item, with the paragraph that leads to it: "" for a paragraph."""
    lead = ""
    for paragraph in re.split(r"\n\s*\n", text):
        for block in re.split(r"\n(?=\s*(?:[-*]|\d+\.) )", paragraph):
            words = " ".join(plain(block).split())
            if _ITEM.match(block):
                yield words, lead
            elif words:
                lead = words
                yield words, ""


def _cited(block: str, cites: Collection[str]) -> bool:
    # A cite may share its brackets with others: (BLS, 2025; HHS OCR, 2002).
    return any(part.strip() in cites for group in _BRACKETS.findall(block) for part in group.split(";"))


def _bare(block: str) -> str:
    """The block without its brackets' cites, whose years and section numbers are no figures."""
    return re.sub(r"\([^()]*, (?:\d{4}[^()]*|n\.d\.)\)", "", block)


def _figures(block: str) -> Iterator[str]:
    for sentence in sentences(block):
        claims = [match[0] for match in _CLAIM.finditer(sentence)]
        if not claims and _STUDY.search(sentence):
            claims = [number for number in _NUMBER.findall(sentence) if not _YEAR.fullmatch(number)]
        yield from claims


def _amounts(figure: str) -> set[str]:
    """The figure's numbers, each with what it counts: {"$118"}, {"3%", "5%"}, {"22", "100"}."""
    money, percent = "$" * figure.startswith("$"), "%" * bool(re.search(r"%|percent", figure))
    return {f"{money}{number}{percent}" for number in re.findall(r"\d(?:[\d,.]*\d)?", figure)}
