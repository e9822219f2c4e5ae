"""What people type, in the words that the library uses: short forms written out, misspelt words mended."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

# A word that stands this often in the content is one of its words; below, it may itself be a slip.
_OFTEN = 3
# Below this many letters too many words are one letter apart; from there to _SAFE, all but a lost or swapped letter.
_SHORTEST, _SAFE = 4, 5
# The English list gives this count to words that its sources hardly hold, many of them slips.
_HARDLY = 50
# What may stand after a short form and belong to its word: of a pt's chart, the pts' lobby, the dr/nurse.
_ENDINGS = ("'s", "\u2019s", "'", "\u2019", "/")
# A word, a hyphenated one as a whole, or letters with dots: check-ins are no insurance, and the U. of U.S. is no you.
WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:-[^\W_]+)*(?:['\u2019/][^\W_]*)?")


class Spelling:
    """Mends what people type, with short forms and with a vocabulary; the same text always gives the same result.

    short: what a short form stands for. vocabulary: the words to mend to, with how often each stands in the content.
    A word is mended when it is neither in the vocabulary nor English, and one slip away from a word of the vocabulary.
    """

    def __init__(self, short: Mapping[str, str], vocabulary: Mapping[str, int]) -> None:
        self.short, self.vocabulary = dict(short), dict(vocabulary)
        self._mended = lru_cache(maxsize=4096)(self._mend)

    @classmethod
    def learn(cls, short: Mapping[str, str], texts: Iterable[str]) -> "Spelling":
        """Take the vocabulary from texts."""
        counts = Counter(word for text in texts for word in re.findall(r"[a-z]+", text.lower()))
        return cls(short, {word: count for word, count in counts.items() if count >= _OFTEN})

    def save(self, file: Path) -> None:
        """Write it to a file; load() reads it back."""
        file.write_text(json.dumps({"short": self.short, "vocabulary": self.vocabulary}), encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> "Spelling":
        """The one that save() wrote."""
        return cls(**json.loads(file.read_text(encoding="utf-8")))

    def __call__(self, text: str) -> str:
        """The text with its words mended; all else stays as it is."""
        return WORD.sub(lambda match: self._mended(match[0]), text)

    def _mend(self, word: str) -> str:
        small = word.lower()
        if small in self.short:
            return self.short[small]
        ending = next((end for end in _ENDINGS if small.endswith(end)), "")
        if ending and (stem := small.removesuffix(ending)) in self.short:
            return self.short[stem] + ending
        # Capitals within a word are an acronym's or a name's, an accent another language's.
        if len(small) < _SHORTEST or not (small.isascii() and small.isalpha()) or word[1:] != small[1:]:
            return word
        if small in self.vocabulary or _english().word_frequency[small] > _HARDLY:
            return word
        near = [other for other in _english().edit_distance_1(small) if other in self.vocabulary]
        if len(small) < _SAFE:
            near = [other for other in near if len(other) > len(small) or sorted(other) == sorted(small)]
        return max(near, key=lambda other: (self.vocabulary[other], other)) if near else word


@lru_cache(maxsize=1)
def _english() -> Any:
    from spellchecker import SpellChecker

    return SpellChecker(language="en", distance=1)
