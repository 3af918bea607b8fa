"""Exact scores: a replay of random attempts tells what fractions tell, rounded once."""

import asyncio
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from alembic import command

from domain.analytics import learner_analytics
from domain.content.answers import Answer
from domain.content.question_kinds.table import QuestionKind
from domain.unit_of_work import Meter
from gateway.databases import migrations
from persistence.database import connect
from tests.builders.attempts import a_question, right_answer, store_quiz
from tests.support.attempts import QuizTaker, a_quiz_taker
from tests.support.schema_client import Asker, asker_on

PERFORMANCE = """{ viewer { analytics { performance(period: ALL) {
  days { date averageScore } summary { averageScore bestDay bestScore } } } } }"""
WHOLE, HALF, NONE = Fraction(1), Fraction(1, 2), Fraction(0)
Scores = dict[date, list[Fraction]]


async def further(taker: QuizTaker, questions: int) -> QuizTaker:
    """Return the same learner at another quiz, of short texts that earn all, half or nothing."""
    author, _ = await taker.ask.learner()
    made = [a_question(QuestionKind.SHORT_TEXT) for _ in range(questions)]
    async with taker.ask.postgres.open_work(Meter()) as work:
        quiz = await store_quiz(work, author.id, made)
    return QuizTaker(
        taker.ask, taker.viewer, quiz, [question for question, _ in made], [key for _, key in made]
    )


async def take(taker: QuizTaker, *credits_: Fraction) -> Fraction:
    """Take the quiz so that each answer earns its credit; return the exact score, 0 to 1."""
    attempt_id = await taker.start_attempt(taker.quiz.id)
    for number, (key, credit) in enumerate(zip(taker.keys, credits_, strict=True), start=1):
        answer = {WHOLE: right_answer(key), HALF: Answer(text=key.texts[1].text), NONE: Answer(text="no")}
        assert (await taker.answer(attempt_id, number, answer[credit]))["userErrors"] == []
    assert (await taker.submit(attempt_id, attempt_id))["userErrors"] == []
    return sum(credits_, Fraction(0)) / len(credits_)


async def replay(ask: Asker, *, attempts: int, days: int, seed: int) -> tuple[QuizTaker, Scores]:
    """Let a learner take quizzes of any length on some days; return the exact scores of each day."""
    random = Random(seed)
    learner = await a_quiz_taker(ask)
    scores: Scores = defaultdict(list)
    for day in range(days):
        for _ in range(attempts):
            taker = await further(learner, random.choice((1, 2, 3, 6, 7, 9)))
            given = random.choices((WHOLE, HALF, NONE), weights=(6, 1, 2), k=len(taker.keys))
            scores[ask.clock().date()].append(await take(taker, *given))
            ask.clock.forward(minutes=1)
        ask.clock.forward(days=1 if day < days - 1 else 0)
    return learner, scores


def told(share: Fraction) -> float:
    """Round a share half up, by another way than the code."""
    exact = Decimal(100 * share.numerator) / Decimal(share.denominator)
    return float(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


def mean(scores: list[Fraction]) -> Fraction:
    return sum(scores, Fraction(0)) / len(scores)


def expected_of(scores: Scores) -> dict[str, Any]:
    every = [score for of_day in scores.values() for score in of_day]
    best = max(scores, key=lambda day: (mean(scores[day]), -day.toordinal()))
    return {
        "days": [
            {"date": day.isoformat(), "averageScore": told(mean(scores[day]))} for day in sorted(scores)
        ],
        "summary": {
            "averageScore": told(mean(every)),
            "bestDay": best.isoformat(),
            "bestScore": told(max(every)),
        },
    }


async def performance(ask: Asker, taker: QuizTaker) -> Any:
    return (await ask.data(PERFORMANCE, taker.viewer))["viewer"]["analytics"]["performance"]


async def test_an_average_is_rounded_once(ask: Asker) -> None:
    learner = await a_quiz_taker(ask)
    for questions, wrong in ((9, 1), (2, 0)):
        taker = await further(learner, questions)
        await take(taker, *[WHOLE] * (questions - wrong), *[NONE] * wrong)

    found = await performance(ask, learner)

    assert found["days"][0]["averageScore"] == 94.4  # 94.444; the mean of the told 88.9 and 100.0 is 94.45
    assert found["summary"] == {"averageScore": 94.4, "bestDay": "2026-03-02", "bestScore": 100.0}


async def test_of_equal_days_the_earliest_is_the_best_however_their_scores_are_rounded(ask: Asker) -> None:
    learner = await a_quiz_taker(ask)
    await take(await further(learner, 18), *[WHOLE] * 17, NONE)
    ask.clock.forward(days=1)
    await take(await further(learner, 9), *[WHOLE] * 8, NONE)
    await take(await further(learner, 2), WHOLE, WHOLE)

    found = await performance(ask, learner)

    assert found["summary"]["bestDay"] == "2026-03-02"  # both are 17/18; 94.4 would be less than 94.45


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_a_replay_tells_what_exact_fractions_tell_also_after_a_rebuild(ask: Asker, seed: int) -> None:
    learner, scores = await replay(ask, attempts=4, days=6, seed=seed)
    found = await performance(ask, learner)

    async with ask.postgres.open_work(Meter()) as work:
        await learner_analytics.rebuild(work.analytics)

    assert found == expected_of(scores)
    assert await performance(ask, learner) == expected_of(scores)


@pytest.mark.slow
async def test_the_migration_makes_averages_of_earlier_attempts_exact(ask: Asker, database_url: str) -> None:
    learner, scores = await replay(ask, attempts=3, days=4, seed=22)
    config = migrations.config(database_url)

    await asyncio.to_thread(command.downgrade, config, "0023")
    await asyncio.to_thread(command.upgrade, config, "head")

    async with connect(database_url) as opened, asker_on(opened) as later:
        later.clock.moment = ask.clock()
        assert await performance(later, learner) == expected_of(scores)
