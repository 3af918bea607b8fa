"""Synchronising answers in study mode that were given offline."""

from datetime import datetime, timedelta
from typing import Any

from domain.content.answers import Answer
from tests.support.attempts import a_twin_of, sent
from tests.support.clients.offline import sync_acts
from tests.support.schema_client import START, Asker
from tests.support.study import Studier, a_studier

STREAK = "{ viewer { user { xpTotal } streak { current } } }"


def an_answer(session_id: str, answer: Answer | None = None, *, slot: int = 1) -> dict[str, Any]:
    given = {} if answer is None else {"answer": sent(answer)}
    return {"studyAnswer": {"sessionId": session_id, "slot": slot} | given}


async def sync(studier: Studier, *acts: dict[str, Any], **given: Any) -> list[tuple[str, list[Any]]]:
    return await sync_acts(studier.ask, studier.viewer, *acts, **given)


async def asked_by(studier: Studier, session_id: str) -> Answer:
    """Show a question; return the right answer to it."""
    return studier.right((await studier.next(session_id))["slot"]["question"]["id"])


async def test_an_answer_counts_when_it_was_given_and_is_explained(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    right = await asked_by(studier, session_id)
    ask.clock.forward(hours=1)

    told = await sync(studier, an_answer(session_id, right), at=START + timedelta(seconds=20))

    (slot,) = await studier.slots(session_id)
    assert told == [("APPLIED", [])]
    assert (slot["credit"], slot["timeSpent"], slot["key"] is None) == (1, "PT20S", False)
    assert datetime.fromisoformat(slot["endedAt"]) == START + timedelta(seconds=20)
    assert (await studier.read(session_id))["questionsAnswered"] == 1


async def test_an_answer_that_was_sent_alone_under_the_same_id_is_the_same(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    right = await asked_by(studier, session_id)
    await studier.answer(session_id, 1, right, "e0")
    await studier.next(session_id)

    same = await sync(studier, an_answer(session_id, right), ids=["e0"])
    other = await sync(studier, an_answer(session_id, right, slot=2), ids=["e0"], device="tablet")

    assert same == [("APPLIED", [])]
    assert other == [("REFUSED", [("EVENT_ID_REUSED", "id")])]
    assert (await studier.read(session_id))["questionsAnswered"] == 1


async def test_a_client_id_of_another_slot_is_refused(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    await studier.answer(session_id, 1, await asked_by(studier, session_id), "e0")
    right = await asked_by(studier, session_id)

    told = await sync(studier, an_answer(session_id, right, slot=2), ids=["e0"])

    assert told == [("REFUSED", [("EVENT_ID_REUSED", "id")])]
    assert ask.defects == []


async def test_of_two_answers_the_first_that_arrives_is_final(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    right = await asked_by(studier, session_id)
    wrong = Answer(truth=not right.truth)

    told = await sync(studier, an_answer(session_id, wrong), an_answer(session_id, right))
    skipped = await sync(studier, an_answer(session_id), device="tablet", ids=["later"])

    assert told == [("APPLIED", []), ("REFUSED", [("STUDY_SLOT_ENDED", "slot")])]
    assert skipped == [("REFUSED", [("STUDY_SLOT_ENDED", "slot")])]
    assert [slot["credit"] for slot in await studier.slots(session_id)] == [0]


async def test_a_question_is_skipped_and_comes_again(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    await studier.next(session_id)

    told = await sync(studier, an_answer(session_id))

    (slot,) = await studier.slots(session_id)
    assert told == [("APPLIED", [])]
    assert (slot["isSkipped"], slot["key"]) == (True, None)


async def test_what_an_open_attempt_asks_is_refused_and_may_be_skipped(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    right = await asked_by(studier, session_id)
    twin = await a_twin_of(studier.taker, corrected=True)
    await twin.start_attempt()

    refused = await sync(studier, an_answer(session_id, right))
    slots = await studier.slots(session_id)
    skipped = await sync(studier, an_answer(session_id), ids=["skip"])

    assert refused == [("REFUSED", [("QUESTION_WITHHELD", "slot")])]
    assert [(slot["endedAt"], slot["key"], slot["credit"]) for slot in slots] == [(None, None, None)]
    assert skipped == [("APPLIED", [])]


async def test_a_session_takes_what_was_answered_until_two_hours_after_its_last_act(ask: Asker) -> None:
    studier = await a_studier(ask)
    early, late = await studier.started("early"), await studier.started("late")
    answers = [await _open_answer(studier, session_id) for session_id in (early, late)]
    ask.clock.forward(hours=30)

    told = await sync(studier, an_answer(early, answers[0]), at=START + timedelta(hours=2))
    over = await sync(
        studier, an_answer(late, answers[1]), at=START + timedelta(hours=2, seconds=1), ids=["over"]
    )

    assert told == [("APPLIED", [])]
    assert over == [("REFUSED", [("STUDY_SESSION_ENDED", "sessionId")])]
    ended = (await studier.read(early))["endedAt"]
    assert datetime.fromisoformat(ended) == START + timedelta(hours=2)


async def _open_answer(studier: Studier, session_id: str) -> Answer:
    (slot,) = await studier.slots(session_id)
    return studier.right(slot["question"]["id"])


async def test_what_is_not_there_is_refused(ask: Asker) -> None:
    studier, other = await a_studier(ask), await a_studier(ask)
    session_id, others = await studier.started(), await other.started()
    right = Answer(truth=True)

    told = await sync(
        studier,
        an_answer(others, right),
        an_answer("study", right),
        an_answer(session_id, right, slot=2),
        an_answer(session_id, right, slot=-1),
        an_answer(session_id, Answer(text="yes")),
    )

    assert told == [
        ("REFUSED", [("NOT_FOUND", "sessionId")]),
        ("REFUSED", [("NOT_FOUND", "sessionId")]),
        ("REFUSED", [("NOT_FOUND", "slot")]),
        ("REFUSED", [("NOT_FOUND", "slot")]),
        ("REFUSED", [("INVALID_INPUT", "text")]),
    ]
    assert ask.defects == []


async def test_five_answers_count_for_the_streak_of_their_date_and_earn_nothing(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    await studier.study(session_id, 4)
    right = await asked_by(studier, session_id)
    await sync(studier)
    at = ask.clock.moment + timedelta(seconds=20)
    ask.clock.forward(days=1)

    await sync(studier, an_answer(session_id, right, slot=5), at=at)

    viewer = (await ask.data(STREAK, studier.viewer))["viewer"]
    assert viewer == {"user": {"xpTotal": 0}, "streak": {"current": 1}}
