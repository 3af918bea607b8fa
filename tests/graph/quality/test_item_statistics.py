"""Item statistics through the schema: from thirty responses on, for the author, and what they suggest."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.content.answers import Answer
from domain.ids import QuestionId
from domain.jobs.job_kinds import JobKind, NoArguments
from domain.quality import item_projection
from domain.quality.item_statistics import FEWEST, ItemResponse, ItemTotals
from domain.unit_of_work import Meter
from tests.builders.acts import an_act
from tests.builders.jobs import start
from tests.support.attempts import QuizTaker, a_quiz_taker
from tests.support.clients.quality import author_of, flagged, quality_of, run_jobs
from tests.support.schema_client import Asker


@pytest.fixture
async def taker(ask: Asker) -> QuizTaker:
    return await a_quiz_taker(ask)


async def count(ask: Asker, kind: JobKind = item_projection.PROJECT) -> Any:
    """Start a job of statistics by hand and run it; return how many attempts it counted."""
    async with ask.postgres.open_work(Meter()) as work:
        await start(work, an_act(now=ask.clock()), kind, arguments=NoArguments())
    (result,) = await run_jobs(ask, kind.name)
    assert result is not None
    return result["attempts"]


async def with_totals(ask: Asker, question_id: str, *given: tuple[int, int]) -> None:
    """Store totals of these credits and rests."""
    totals = ItemTotals(question_id=QuestionId(question_id))
    for credit, rest in given:
        took = timedelta(seconds=20)
        totals = totals.plus(
            ItemResponse(
                question_id=totals.question_id, credit=credit, rest=rest, choices=["true"], took=took
            )
        )
    async with ask.postgres.open_work(Meter()) as work:
        await work.items.save([totals])


async def of_first(taker: QuizTaker) -> dict[str, Any]:
    """Return the quality of the question that has statistics or reports."""
    found = [each for each in await quality_of(taker.ask, author_of(taker)) if each]
    return max(found, key=lambda each: (each["statistics"] is not None, each["flagCount"]))


async def test_an_author_sees_statistics_from_thirty_responses_on(ask: Asker, taker: QuizTaker) -> None:
    await with_totals(ask, taker.questions[0].id, *[(10_000, 5_000)] * (FEWEST - 1))
    before = await of_first(taker)
    await with_totals(ask, taker.questions[0].id, *[(10_000, 9_000), (5_000, 1_000)] * (FEWEST // 2))

    after = (await of_first(taker))["statistics"]

    assert before["statistics"] is None
    assert after["medianTime"].startswith("PT")
    assert after | {"medianTime": "", "difficulty": 0} == {
        "responses": 30,
        "facility": 75.0,
        "discrimination": 1.0,
        "difficulty": 0,
        "medianTime": "",
        "choices": [{"answer": "true", "count": 30}],
    }


async def test_suspension_is_suggested_where_reports_and_statistics_agree(
    ask: Asker, taker: QuizTaker
) -> None:
    first = taker.questions[0].id
    await with_totals(ask, first, *[(10_000, 1_000), (0, 9_000)] * FEWEST)
    quiet = await of_first(taker)
    await flagged(taker, "INCORRECT")
    loud = await of_first(taker)
    await with_totals(ask, first, *[(10_000, 9_000), (0, 1_000)] * FEWEST)
    sound = await of_first(taker)

    assert [each["suggestsSuspension"] for each in (quiet, loud, sound)] == [False, True, False]


async def test_attempts_are_counted_after_the_fact_and_once(ask: Asker, taker: QuizTaker) -> None:
    await taker.start_attempt("open")
    _, other = await ask.learner()
    attempt_id = await taker.start_attempt("one", viewer=other)
    ask.clock.forward(seconds=30)
    await taker.answer(attempt_id, 1, Answer(truth=False), viewer=other)
    before = await count(ask)
    await taker.submit(attempt_id, viewer=other)

    counted = [before, await count(ask), await count(ask)]

    async with ask.postgres.open_reads(Meter()) as reads:
        (first, second) = await reads.items.totals([question.id for question in taker.questions[:2]])
    assert counted == [0, 1, 0]
    assert first is not None
    assert second is not None
    assert (first.responses, first.credit, dict(first.choices)) == (1, 0, {"false": 1})
    assert (second.choices, second.times) == ({}, {})
    assert await count(ask, item_projection.REBUILD) == 1
    async with ask.postgres.open_reads(Meter()) as reads:
        assert await reads.items.totals([taker.questions[0].id]) == [replace(first)]
