"""What answers are graded by, kept in memory: a question and its key never change, a better one is another question."""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from domain.attempt_sheets import Marking
from domain.questions import AcceptedNumber, AcceptedText, Difficulty, QuestionKind
from persistence.base import Statement
from persistence.engine import Connection
from persistence.rows import member_of

MOST_KEPT = 10_000
"""How many markings a process keeps, about 10 MB; the one that was read first makes room."""

_kind, _difficulty = member_of(QuestionKind), member_of(Difficulty)
_positional: Callable[..., Marking] = Marking


def _marking(id_: str, domain_id: str, kind: str, difficulty: str, *rest: Any) -> Marking:
    all_or_nothing, correct_options, truth, texts, numbers = rest
    return _positional(
        id_,
        domain_id,
        _kind(kind),
        _difficulty(difficulty),
        all_or_nothing,
        frozenset(correct_options),
        truth,
        [AcceptedText(text=t["text"], weight=t["weight"]) for t in texts],
        [AcceptedNumber(low=Decimal(n["low"]), high=Decimal(n["high"]), weight=n["weight"]) for n in numbers],
    )


_BY_IDS = Statement(
    text("""
    SELECT q.id, q.domain_id, q.kind, q.difficulty, q.all_or_nothing, k.correct_options, k.truth, k.texts, k.numbers
    FROM questions q JOIN question_keys k ON k.question_id = q.id WHERE q.id = ANY (CAST(:ids AS text[]))
    """),
    _marking,
)


class Markings:
    """Markings by question, `largest` of them at most."""

    def __init__(self, largest: int = MOST_KEPT) -> None:
        self._largest = largest
        self._kept: dict[str, Marking] = {}

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._kept)

    async def read(self, connection: Connection, ids: Collection[str]) -> Mapping[str, Marking]:
        """Return the markings of those questions that have a key; what is kept takes no statement."""
        found = {id_: self._kept[id_] for id_ in ids if id_ in self._kept}
        if len(found) == len(ids):
            return found
        for marking in await connection.all(_BY_IDS, ids=[id_ for id_ in ids if id_ not in found]):
            found[marking.id] = self._kept[marking.id] = marking
        while len(self._kept) > self._largest:
            del self._kept[next(iter(self._kept))]
        return found


KEPT = Markings()
"""Those of this process: an id names one question, wherever it was read."""
