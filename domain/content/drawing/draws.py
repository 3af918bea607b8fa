"""Draws: the questions that an attempt at a quiz asks, in their order, by a seed."""

import hashlib
from collections.abc import Sequence
from random import Random
from typing import Protocol

from domain.content.drawing.pools import PoolQuery, QuestionBank, QuestionPool, drawn
from domain.ids import ExamTypeId, QuestionId, UserId


class Drawable(Protocol):
    """The part of a quiz, or of the draft of one, that a draw depends on."""

    @property
    def author_id(self) -> UserId:
        """Whose questions are drawn."""

    @property
    def exam_type_id(self) -> ExamTypeId:
        """The exam type of the questions."""

    @property
    def slug(self) -> str:
        """What gives options their order where that is the same in all attempts."""

    @property
    def shuffle_questions(self) -> bool:
        """Whether questions have another order in each attempt."""

    @property
    def shuffle_options(self) -> bool:
        """Whether options have another order in each attempt."""


async def draw(
    bank: QuestionBank,
    quiz: Drawable,
    fixed: Sequence[QuestionId],
    pools: Sequence[QuestionPool],
    *,
    seed: int,
) -> list[QuestionId]:
    """Return the questions of an attempt: the fixed ones, then those of each pool, unless they are shuffled.

    The same seed draws the same questions from the same bank. A pool that has too few gives those that it has.
    """
    queries = queries_of(quiz, fixed, pools, seed=str(seed))
    found = drawn(pools, await bank.of_pools(queries)) if pools else []
    asked = [*fixed, *(question_id for each in found for question_id in each)]
    if quiz.shuffle_questions:
        Random(f"{seed}:questions").shuffle(asked)  # noqa: S311 - an order, not a secret
    return asked


def queries_of(
    quiz: Drawable, fixed: Sequence[QuestionId], pools: Sequence[QuestionPool], *, seed: str
) -> list[PoolQuery]:
    """Return what to ask the bank for: for each pool as many questions as all pools draw, which is always enough."""
    most = sum(max(pool.count, 0) for pool in pools)
    return [
        PoolQuery(
            author_id=quiz.author_id,
            exam_type_id=quiz.exam_type_id,
            pool=pool,
            without=fixed,
            seed=seed,
            most=most,
        )
        for pool in pools
    ]


def seed_of_options(quiz: Drawable, seed: int) -> int:
    """Return the seed of the order of options: that of the attempt, or the quiz's own where they are not shuffled."""
    return seed if quiz.shuffle_options else seed_of(quiz.slug)


def seed_of(text: str) -> int:
    """Return a seed from a text: the first four bytes of its hash."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
