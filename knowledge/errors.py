"""The one error tree.

CoachError                 its text is written for the person reading it: what is wrong, and what to do
 +-- SettingsError         a setting is missing or does not fit
 +-- LibraryError          content that does not load; every problem, each with its file and key
 +-- IndexUnavailable      there is no index, or no version of it can be read
 +-- SourceError           one document could not be taken in; its reason, without the document's text
 +-- IngestRefused         an ingest stopped before publishing; what was indexed before is untouched

Anything else that is raised is a defect: people see one fixed sentence with a reference, operators see the traceback.
"""

import logging
import secrets
import traceback

log = logging.getLogger(__name__)


class CoachError(Exception):
    """A failure whose text may be shown to the person who asked."""


class SettingsError(CoachError):
    """A setting is missing or does not fit; the text names it."""


class LibraryError(CoachError):
    """Content that does not load.

    problems: one line each, "file: key or heading: what is wrong".
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"The library has {count}:\n" + "\n".join(f"  {problem}" for problem in problems))


class IndexUnavailable(CoachError):
    """There is no index to search, or no published version of it can be read."""


class SourceError(CoachError):
    """One document could not be taken in; the text is the reason, never the document's words."""


class IngestRefused(CoachError):
    """An ingest stopped before publishing; what was indexed before is untouched."""


def record(error: Exception) -> str:
    """Log an unexpected failure once, and return the reference it is logged under."""
    # The exception's own words may quote a message or a document, so only its type and the lines of code are logged.
    reference = secrets.token_hex(4)
    lines = "".join(traceback.format_tb(error.__traceback__))
    log.error("reference %s: %s\n%s", reference, type(error).__name__, lines)
    return reference
