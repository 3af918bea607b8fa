"""Flagging the slots of an attempt through the schema."""

from datetime import timedelta

from domain.content.answers import Answer
from domain.content.quizzes import Feedback
from tests.support.attempts import a_quiz_taker, codes
from tests.support.schema_client import START as MORNING
from tests.support.schema_client import Asker


async def test_a_flag_is_seen_on_every_device_until_it_is_taken_back(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()

    flagged = await taker.flag(attempt_id, 2)
    again = await taker.flag(attempt_id, 2)
    seen = [slot["flagged"] for slot in await taker.slots(attempt_id)]
    back = await taker.flag(attempt_id, 2, flagged=False)

    assert flagged == again
    assert flagged["slot"]["flagged"] is True
    assert seen == [False, True, False, False, False]
    assert back["slot"]["flagged"] is False


async def test_a_flag_changes_neither_the_answer_nor_the_grade_and_stays_after_the_end(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)

    payload = await taker.flag(attempt_id, 1)
    submitted = await taker.submit(attempt_id)

    assert payload["slot"]["answer"] == {"truth": True}
    assert submitted["attempt"]["score"] == 100
    assert (await taker.slots(attempt_id))[0]["flagged"] is True


async def test_a_slot_whose_answer_is_final_can_be_flagged(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, feedback=Feedback.AFTER_EACH)
    attempt_id = await taker.start_attempt()
    await taker.answer(attempt_id, 1, Answer(truth=True))

    payload = await taker.flag(attempt_id, 1)

    assert payload["slot"] == {"number": 1, "locked": True, "flagged": True, "answer": {"truth": True}}


async def test_no_flag_is_set_where_an_answer_would_be_refused(ask: Asker) -> None:
    taker, (_, other) = await a_quiz_taker(ask), await ask.learner()
    attempt_id = await taker.start_attempt()
    foreign = await taker.flag(attempt_id, 1, viewer=other)
    missing = [await taker.flag(attempt_id, number) for number in (0, -1, 6, 2**31 - 1)]
    ask.clock.moment = MORNING + timedelta(minutes=10, seconds=5, milliseconds=1)

    late = await taker.flag(attempt_id, 1)

    assert codes(foreign) == [("NotFound", "slot")]
    assert [codes(payload) for payload in missing] == [[("NotFound", "slot")]] * 4
    assert codes(late) == [("AttemptClosed", "attemptId")]
    assert not any(slot["flagged"] for slot in await taker.slots(attempt_id))
