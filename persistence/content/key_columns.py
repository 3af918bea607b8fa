"""Columns of answer keys: what is right about a question of any kind, to and from rows."""

from decimal import Decimal
from typing import Any

from domain.content.answer_keys import AcceptedNumber, AcceptedText, AnswerKey
from domain.ids import OptionId

KeyParts = tuple[frozenset[OptionId], bool | None, list[AcceptedText], list[AcceptedNumber]]


def key_parts(
    correct_options: list[OptionId],
    truth: bool | None,
    texts: list[dict[str, Any]],
    numbers: list[dict[str, Any]],
) -> KeyParts:
    """Read the columns `correct_options`, `truth`, `texts` and `numbers`; a kind leaves empty what it does not use."""
    return (
        frozenset(correct_options),
        truth,
        [AcceptedText(text=t["text"], weight=t["weight"]) for t in texts],
        [AcceptedNumber(low=Decimal(n["low"]), high=Decimal(n["high"]), weight=n["weight"]) for n in numbers],
    )


def key_row(key: AnswerKey) -> dict[str, Any]:
    """Write the same columns; bounds as text, so that no digit is lost."""
    return {
        "correct_options": sorted(key.correct_options),
        "truth": key.truth,
        "texts": [{"text": t.text, "weight": t.weight} for t in key.texts],
        "numbers": [{"low": str(n.low), "high": str(n.high), "weight": n.weight} for n in key.numbers],
    }
