"""Text as the terms that lexical search compares."""

import re
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_COMMON = frozenset(
    """a about an and any are aren as at be been but by can could d did do does doesnt dont for from get gets
    got had has have he her hers him his how i if ill im in is isnt it its ive just ll m me mean means my not of on or
    our ours out s she should so t than that thats the their them then there they theyre this to too u up us was we
    were what whats when where which who why will with would you your youre""".split()
)
_STEMMER = snowballstemmer.stemmer("english")


def terms(text: str) -> list[str]:
    """The text's words, lower case and stemmed, without the words that carry nothing."""
    words = (word.replace("'", "") for word in _WORD.findall(text.lower().replace("\u2019", "'")))
    return [_stem(word) for word in words if word not in _COMMON]


def folded(text: str) -> str:
    """The text's words in lower case, without punctuation: two texts that differ in nothing else are the same."""
    return " ".join(re.findall(r"[\w']+", text.lower().replace("\u2019", "'")))


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    return str(_STEMMER.stemWord(word))
