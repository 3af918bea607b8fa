"""Sources: the values, texts and words of a request, from which the offline author writes."""

import re

from domain.ai.requests import AiRequest

_WORD = re.compile(r"[^\W\d_]{4,}")
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


def words(text: str) -> list[str]:
    """Return the words of four letters and more, each once, in their order."""
    return list(dict.fromkeys(_WORD.findall(text)))
