"""review(): content that loads, and whether it is fit to publish.

figures     figures without a source
shape       sections over length, stories that hide that they are made up, counts out of bounds
scripts     what a script must hold to, to be safe and to be said in a minute
reading     how hard a text is to follow by ear
alike       texts that say the same, phrasings with two owners
links       content that nothing leads to
places      where a finding is
"""

from pathlib import Path

from knowledge.library import Library
from knowledge.review.alike import check_alike
from knowledge.review.figures import check_figures
from knowledge.review.links import check_links
from knowledge.review.places import at_huddles
from knowledge.review.scripts import check_scripts
from knowledge.review.shape import check_shape


def review(library: Library, folder: Path) -> list[str]:
    """What is not fit to publish in the library of a folder: "file: key or heading: what is wrong and what to do"."""
    huddles = at_huddles(library, folder)
    return [
        *check_figures(library, huddles), *check_shape(library), *check_scripts(library),
        *check_alike(library, huddles), *check_links(library),
    ]  # fmt: skip
