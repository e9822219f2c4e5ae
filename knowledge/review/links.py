"""Orphans: content that nothing leads to, or that leads nowhere further."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from knowledge.library import Library
from knowledge.review.places import at_step, file_of

_LINK = re.compile(r"\]\(([^)\s]+)[^)]*\)")


def check_links(library: Library) -> Iterator[str]:
    """A finding for each guide, script and step that is not tied into the rest.

    A guide leads to a script or says why none fits, and a step trains it. A script leads to a guide, and a guide or the
    roadmap leads to it, and a huddle practices it. A step leads to a guide. What a link or key names is known to be
    there, and so is a way from the roadmap to every guide: the loader refuses the rest.
    """
    led_to = _links(library)
    from_text = {to for doc, targets in led_to.items() if not doc.startswith("scripts/") for to in targets}
    trained = {step.guide for step in library.steps()}
    practiced = {huddle.behind for huddle in library.huddles}
    for doc, guide in library.guides.items():
        named = led_to[doc] & library.scripts.keys()
        if not named and guide.no_script is None:
            yield (
                f"{file_of(doc)}: no link leads to a script; link the words for a call where a reader wants them, "
                "or say why none fits under no_script in the front matter"
            )
        elif named and guide.no_script is not None:
            yield f"{file_of(doc)}: no_script: the text links to {min(named)}; take the key out, or the link"
        if doc not in trained:
            yield f"{file_of(doc)}: no step in stages.yaml trains it; add a step with guide: {doc}"
    for doc, script in library.scripts.items():
        if not script.guides:
            yield f"{file_of(doc)}: guides: name the guides that teach the skill behind this call"
        if doc not in from_text:
            yield f"{file_of(doc)}: no link in a guide or roadmap.md leads here; add one where a reader wants the words"
        if doc not in practiced:
            yield f"{file_of(doc)}: no huddle practices it; add one with behind: {doc}"
    for step in library.steps():
        if step.guide not in library.guides:
            yield f"{at_step(step)}.guide: {step.guide} is no guide; name the guide that teaches this step"


def _links(library: Library) -> Mapping[str, set[str]]:
    """The documents that each document's text links to."""
    documents = {PurePosixPath(doc).name: doc for doc in (*library.guides, *library.scripts)}
    found: dict[str, set[str]] = defaultdict(set)
    for passage in library.passages():
        for target in _LINK.findall(passage.text):
            file = PurePosixPath(target.partition("#")[0])
            if "://" not in target and file.stem in documents:
                found[passage.doc].add(documents[file.stem])
    return found
