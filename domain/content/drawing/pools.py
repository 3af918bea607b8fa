"""Pools: the part of a quiz that is drawn from the author's questions at the start of each attempt."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.content.questions import Difficulty
from domain.entities import entity
from domain.ids import ExamDomainId, ExamTypeId, QuestionId, UserId


@entity
class QuestionPool:
    """Questions of the author's to draw `count` from: those of a domain and of a difficulty, where these are given."""

    domain_id: ExamDomainId | None
    difficulty: Difficulty | None
    count: int


@entity
class PoolQuery:
    """Asks for questions that a pool may draw: at most `most`, in the order that `seed` gives them.

    Those are the newest versions of the author's questions for the exam type, but for the ones in `without`.
    """

    author_id: UserId
    exam_type_id: ExamTypeId
    pool: QuestionPool
    without: Sequence[QuestionId]
    seed: str
    most: int


@entity
class QuestionFact:
    """Whose a question is, for which exam type, and whether a newer version has replaced it."""

    id: QuestionId
    author_id: UserId
    exam_type_id: ExamTypeId
    is_replaced: bool


@entity
class DrawQuery:
    """Asks for questions that a learner may be asked: at most `most`, in the order that `seed` gives them.

    Those are asked by quizzes of others that can be taken, and not by one that shows the score only.
    `domain_ids` may be empty for all domains.
    """

    learner_id: UserId
    exam_type_id: ExamTypeId
    domain_ids: Sequence[ExamDomainId]
    difficulty: Difficulty | None
    seed: str
    most: int


class QuestionBank(Protocol):
    """The questions that can be drawn, without their keys."""

    async def facts(self, ids: Sequence[QuestionId]) -> list[QuestionFact]:
        """Return what is known of these questions, without those that there are not."""

    async def of_pools(self, queries: Sequence[PoolQuery]) -> list[list[QuestionId]]:
        """Return the questions of each query, in one statement."""

    async def of_others(self, query: DrawQuery, *, now: datetime) -> list[QuestionId]:
        """Return questions of published quizzes."""


def drawn(pools: Sequence[QuestionPool], found: Sequence[Sequence[QuestionId]]) -> list[list[QuestionId]]:
    """Draw for each pool from what was found for it, in that order, and no question twice.

    A pool gives way where another one has no other question (the augmenting paths of Kuhn's matching), so that fewer
    than `count` are drawn only where no choice would fill all pools.
    """
    places = [place for place, pool in enumerate(pools) for _ in range(max(pool.count, 0))]
    holder: dict[QuestionId, int] = {}

    def take(seat: int, seen: set[QuestionId]) -> bool:
        offered = found[places[seat]]
        for question_id in offered:
            if question_id not in holder:
                holder[question_id] = seat
                return True
        for question_id in offered:
            if question_id in seen:
                continue
            seen.add(question_id)
            if take(holder[question_id], seen):
                holder[question_id] = seat
                return True
        return False

    for seat in range(len(places)):
        take(seat, set())
    kept: list[list[QuestionId]] = [[] for _ in pools]
    for place, offered in enumerate(found):
        kept[place] = [each for each in offered if each in holder and places[holder[each]] == place]
    return kept
