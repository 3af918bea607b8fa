"""Quizzes by the offline author: gaps in the sentences of the quoted texts, with keys that follow from them."""

from typing import Any

from domain.ai.requests import AiRequest
from gateway.ai.offline import sources

_OPTIONS = 4
_FILLERS = ("always", "never", "seldom", "nothing")


def write(request: AiRequest) -> dict[str, Any]:
    """Write up to `count` questions of one right answer, fewer where the texts have too few sentences."""
    count = sources.number(request, "count", 5)
    texts = sources.sentences(request)
    known = sources.words(" ".join(texts))
    gaps = [(sentence, longest) for sentence in texts if (longest := _longest(sentence))]
    return {
        "questions": [
            _question(place, sentence, word, known) for place, (sentence, word) in enumerate(gaps[:count], 1)
        ]
    }


def _longest(sentence: str) -> str:
    return max(sources.words(sentence), key=len, default="")


def _question(place: int, sentence: str, word: str, known: list[str]) -> dict[str, Any]:
    others = [each for each in (*known, *_FILLERS) if each.casefold() != word.casefold()][: _OPTIONS - 1]
    options = [*others]
    options.insert(place % _OPTIONS, word)
    return {
        "key": f"question-{place}",
        "kind": "SINGLE_CHOICE",
        "difficulty": "EASY",
        "prompt": f"Which word completes the sentence?\n\n{sentence.replace(word, '____', 1)}",
        "options": [{"text": each, "correct": each == word} for each in options],
        "explanation": f"The text says: {sentence}",
    }
