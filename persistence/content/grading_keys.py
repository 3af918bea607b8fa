"""Grading keys, cached in memory.

A question and its answer key never change: an edited question is a new one, so the cache is never out of date.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import text

from domain.content.grading_keys import GradingKey
from domain.content.question_kinds.table import QuestionKind
from domain.content.questions import Difficulty
from persistence.content.key_columns import key_parts, part_keys
from persistence.database import SqlConnection
from persistence.row_mapping import member_of
from persistence.statements import Statement

MOST_KEPT = 10_000
"""How many keys a process keeps, about 10 MB; the one that was read first is dropped first."""

_kind, _difficulty = member_of(QuestionKind), member_of(Difficulty)
_positional: Callable[..., GradingKey] = GradingKey


def _grading_key(id_: str, domain_id: str, kind: str, difficulty: str, *rest: Any) -> GradingKey:
    all_or_nothing, *columns, parts = rest
    return _positional(
        id_,
        domain_id,
        _kind(kind),
        _difficulty(difficulty),
        all_or_nothing,
        *key_parts(*columns),
        part_keys(parts),
    )


_BY_IDS = Statement(
    text("""
    SELECT q.id, q.domain_id, q.kind, q.difficulty, q.all_or_nothing, k.correct_options, k.truth, k.texts, k.numbers,
        k.parts
    FROM questions q JOIN question_keys k ON k.question_id = q.id WHERE q.id = ANY (CAST(:ids AS text[]))
    """),
    _grading_key,
)


class GradingKeys:
    """Grading keys by question, at most `largest` of them."""

    def __init__(self, largest: int = MOST_KEPT) -> None:
        self._largest = largest
        self._kept: dict[str, GradingKey] = {}

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._kept)

    async def read(self, connection: SqlConnection, ids: Collection[str]) -> Mapping[str, GradingKey]:
        """Return the keys of the questions that have one; cached ones take no statement."""
        found = {id_: self._kept[id_] for id_ in ids if id_ in self._kept}
        if len(found) == len(ids):
            return found
        for key in await connection.all(_BY_IDS, ids=[id_ for id_ in ids if id_ not in found]):
            found[key.id] = self._kept[key.id] = key
        while len(self._kept) > self._largest:
            del self._kept[next(iter(self._kept))]
        return found


GRADING_KEYS = GradingKeys()
"""The cache of this process: an id names one question, wherever it was read."""
