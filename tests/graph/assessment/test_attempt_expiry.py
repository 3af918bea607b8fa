"""Overdue attempts: graded when they are read, submitted or replaced, or by the job."""

from datetime import timedelta

from domain.assessment import attempt_expiry
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.attempts import a_quiz_taker
from tests.support.schema_client import START as MORNING
from tests.support.schema_client import Asker


async def test_reading_an_overdue_attempt_grades_it_with_the_answers_saved(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id, wrong=1)
    ask.clock.moment = MORNING + timedelta(hours=1)

    attempt = await taker.read(attempt_id)

    assert attempt is not None
    assert (attempt["state"], attempt["score"], attempt["passed"]) == ("EXPIRED", 80.0, True)
    assert attempt["finishedAt"] == attempt["deadline"]
    assert attempt["remaining"] is None
    assert attempt["xpAwarded"] == 60 == await taker.total()
    assert await taker.read(attempt_id) == attempt


async def test_the_list_of_attempts_grades_the_overdue_ones_on_its_page(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)
    ask.clock.forward(hours=1)

    data = await ask.data("{ viewer { attempts { nodes { id state } } } }", taker.viewer)

    assert data["viewer"]["attempts"]["nodes"] == [{"id": attempt_id, "state": "EXPIRED"}]


async def test_submitting_an_overdue_attempt_expires_it_and_repeats_the_payload(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)
    ask.clock.moment = MORNING + timedelta(hours=1)

    first, again = await taker.submit(attempt_id), await taker.submit(attempt_id)

    assert first["attempt"]["state"] == "EXPIRED"
    assert first == again


async def test_starting_again_after_the_deadline_opens_a_new_attempt(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    old = await taker.start_attempt("a")
    ask.clock.forward(hours=1)

    new = await taker.start_attempt("b")

    assert new != old
    found = await taker.read(old)
    assert found is not None
    assert found["state"] == "EXPIRED"


async def test_the_job_expires_overdue_attempts_and_no_others(ask: Asker) -> None:
    taker, other = await a_quiz_taker(ask), await a_quiz_taker(ask, time_limit=None)
    attempt_id, endless = await taker.start_attempt(), await other.start_attempt()
    await taker.answer_all(attempt_id)
    ask.clock.forward(hours=1)

    async with ask.postgres.open_work(Meter()) as work:
        swept = await attempt_expiry.expire_overdue(work, mint=mint, now=ask.clock(), limit=100)
    async with ask.postgres.open_work(Meter()) as work:
        again = await attempt_expiry.expire_overdue(work, mint=mint, now=ask.clock(), limit=100)

    assert (swept, again) == (1, 0)
    assert await taker.total() == 120
    open_one = await other.read(endless)
    assert open_one is not None
    assert (open_one["state"], open_one["deadline"], open_one["remaining"]) == ("IN_PROGRESS", None, None)
