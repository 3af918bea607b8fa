"""Study mode on several devices at once: one open session, one answer for each question, one day of the streak."""

import asyncio
from random import Random

import pytest

from domain.unit_of_work import Meter
from tests.support.attempts import codes
from tests.support.schema_client import Asker
from tests.support.study import Studier, a_studier


async def answers_of(studier: Studier) -> int:
    async with studier.ask.postgres.open_reads(Meter()) as reads:
        sql = "SELECT count(*) FROM study_answers WHERE user_id = $1"
        return int(await reads.connection.raw.fetchval(sql, studier.viewer.user_id))


async def test_of_answers_at_the_same_time_one_is_kept(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    right = studier.right((await studier.next(session_id))["slot"]["question"]["id"])

    payloads = await asyncio.gather(*(studier.answer(session_id, 1, right, f"device {n}") for n in range(5)))

    assert sorted(codes(payload) for payload in payloads) == [[], *[[("StudySlotEnded", "slot")]] * 4]
    assert await answers_of(studier) == 1


async def test_the_same_answer_sent_twice_at_the_same_time_is_one(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    right = studier.right((await studier.next(session_id))["slot"]["question"]["id"])

    payloads = await asyncio.gather(*(studier.answer(session_id, 1, right, "one") for _ in range(5)))

    assert all(payload == payloads[0] for payload in payloads)
    assert await answers_of(studier) == 1


async def test_of_sessions_started_at_the_same_time_one_is_open(ask: Asker) -> None:
    studier = await a_studier(ask)

    payloads = await asyncio.gather(*(studier.start(f"start {n}") for n in range(5)))

    assert [codes(payload) for payload in payloads] == [[]] * 5
    sessions = [await studier.read(payload["session"]["id"]) for payload in payloads]
    assert sorted(session["endedAt"] is None for session in sessions) == [False] * 4 + [True]


async def test_of_next_questions_at_the_same_time_one_is_shown(ask: Asker) -> None:
    studier = await a_studier(ask)
    session_id = await studier.started()
    await studier.answer(session_id, 1, None)

    payloads = await asyncio.gather(*(studier.next(session_id) for _ in range(5)))

    assert len({payload["slot"]["question"]["id"] for payload in payloads}) == 1
    assert (await studier.read(session_id))["questionsViewed"] == 2


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_of_acts_keeps_the_counts_of_a_session(ask: Asker, seed: int) -> None:
    random = Random(seed)
    studier = await a_studier(ask)
    session_id = await studier.started()
    for number in range(30):
        ask.clock.forward(seconds=random.randint(0, 900))
        shown = (await studier.next(session_id))["slot"]
        given = studier.right(shown["question"]["id"]) if random.random() < 0.6 else None
        act = random.choice(("answer", "answer twice", "next", "too late"))
        if act != "next":
            await studier.answer(session_id, shown["number"], given, f"act {number}")
        if act == "answer twice":
            await studier.answer(session_id, shown["number"], given, f"act {number}")
        if act == "too late":
            await studier.answer(session_id, max(1, shown["number"] - 1), given, f"late {number}")

    session, slots = await studier.read(session_id), await studier.slots(session_id)

    answered = [slot for slot in slots if slot["answer"]]
    assert session["questionsViewed"] == len(slots)
    assert [slot["number"] for slot in slots] == list(range(len(slots), 0, -1))
    assert (
        session["questionsAnswered"] == session["rightAnswers"] == len(answered) == await answers_of(studier)
    )
    asked = [slot["question"]["id"] for slot in reversed(slots)]
    rounds = [asked[at : at + 5] for at in range(0, len(asked), 5)]
    assert all(len(set(each)) == len(each) for each in rounds)
