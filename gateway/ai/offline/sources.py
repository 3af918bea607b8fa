"""Sources: the values, texts and words of a request, from which the offline author writes."""

import re

from domain.ai.requests import AiRequest
from gateway.ai.offline.stop_words import STOP_WORDS

_WORD = re.compile(r"[^\W\d_]{2,}")
_SHORTEST = 4
_SENTENCE = re.compile("[^.!?\u3002\uff01\uff1f\n]+[.!?\u3002\uff01\uff1f]?")


def value(request: AiRequest, name: str, otherwise: str = "") -> str:
    """Return a quoted text or a value by its name, on one line, or something else where it is missing or empty."""
    found = request.quoted.get(name) or str(request.values.get(name, ""))
    return " ".join(found.split()) or otherwise


def number(request: AiRequest, name: str, otherwise: int) -> int:
    """Return a value that is a number, or another where it is missing."""
    found = request.values.get(name, otherwise)
    return found if isinstance(found, int) else otherwise


def sentences(request: AiRequest) -> list[str]:
    """Return the sentences of all quoted texts, in the order of the names, each once."""
    texts = "\n".join(text for _, text in sorted(request.quoted.items()))
    return list(dict.fromkeys(" ".join(found.split()) for found in _SENTENCE.findall(texts) if found.strip()))


def keywords(text: str) -> list[str]:
    """Return the words that a text is about, each once, in their order.

    They have four letters and more, or capitals alone, as SQL; stop words are left out.
    """
    found = {
        word.casefold(): word
        for word in reversed(_WORD.findall(text))
        if (len(word) >= _SHORTEST or word.isupper()) and word.casefold() not in STOP_WORDS
    }
    return [*reversed(found.values())]
