"""Columns of answer keys: what is right about a question of any kind, to and from rows."""

from decimal import Decimal
from typing import Any

from domain.content.answer_keys import AcceptedNumber, AcceptedText, AnswerKey, PartKey
from domain.ids import OptionId

KeyParts = tuple[frozenset[OptionId], bool | None, list[AcceptedText], list[AcceptedNumber]]


def key_parts(
    correct_options: list[OptionId],
    truth: bool | None,
    texts: list[dict[str, Any]],
    numbers: list[dict[str, Any]],
) -> KeyParts:
    """Read the columns `correct_options`, `truth`, `texts` and `numbers`; a kind leaves empty what it does not use."""
    return frozenset(correct_options), truth, _texts(texts), _numbers(numbers)


def part_keys(stored: list[dict[str, Any]] | None) -> list[PartKey]:
    """Read the column `parts`, which is NULL for the kinds without any."""
    if stored is None:
        return []
    return [
        PartKey(option=p["option"], texts=_texts(p["texts"]), numbers=_numbers(p["numbers"])) for p in stored
    ]


def key_row(key: AnswerKey) -> dict[str, Any]:
    """Write the same columns; bounds as text, so that no digit is lost."""
    return {
        "correct_options": sorted(key.correct_options),
        "truth": key.truth,
        **_typed(key),
        "parts": [{"option": part.option, **_typed(part)} for part in key.parts] or None,
    }


def _texts(stored: list[dict[str, Any]]) -> list[AcceptedText]:
    return [AcceptedText(text=t["text"], weight=t["weight"]) for t in stored]


def _numbers(stored: list[dict[str, Any]]) -> list[AcceptedNumber]:
    return [
        AcceptedNumber(low=Decimal(n["low"]), high=Decimal(n["high"]), weight=n["weight"]) for n in stored
    ]


def _typed(key: AnswerKey | PartKey) -> dict[str, Any]:
    return {
        "texts": [{"text": t.text, "weight": t.weight} for t in key.texts],
        "numbers": [{"low": str(n.low), "high": str(n.high), "weight": n.weight} for n in key.numbers],
    }
