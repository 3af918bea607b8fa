"""A storm of fifty devices on one gateway: each attempt is graded and paid once, and no acknowledged answer is lost."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.content.quizzes import NewQuiz
from domain.ids import QuizId
from domain.unit_of_work import Meter
from persistence.database import connect
from persistence.signals import LocalSignals
from persistence.work import Postgres
from tests.builders import a_user, mint
from tests.builders.attempts import NINE, a_question, store_quiz
from tests.e2e.learner import Learner
from tests.support.clients.attempt_devices import Device, Heard
from tests.support.servers.gateway import ROOT, running_gateway

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
LEARNERS, DEVICES, ACTS = 10, 5, 12
SEVERAL_OPEN = """SELECT user_id FROM quiz_attempts WHERE state = 'IN_PROGRESS'
    GROUP BY user_id, quiz_id HAVING count(*) > 1"""
ATTEMPTS = """SELECT a.id, a.state, a.score, a.user_id,
    (SELECT json_agg(json_build_array(number, answer -> 'truth', client_seq) ORDER BY number)::text
     FROM attempt_slots s WHERE s.attempt_id = a.id) AS slots,
    ARRAY(SELECT reason FROM xp_entries x WHERE x.source_type = 'attempt' AND x.source_id = a.id) AS reasons,
    (SELECT count(*) FROM activities y WHERE y.source_type = 'attempt' AND y.source_id = a.id) AS activities
    FROM quiz_attempts a"""
TAKEN = """SELECT sum(quizzes) FROM attempt_days WHERE user_id = $1"""
GRADED = {"GRADED", "EXPIRED"}


async def three_quizzes(url: str) -> list[str]:
    """Store a quiz, one of the first two of its questions, and one whose time is over at once."""
    made, short = [a_question() for _ in range(3)], [a_question() for _ in range(3)]
    async with (
        connect(url, largest=1) as database,
        Postgres(database, LocalSignals()).open_work(Meter()) as work,
    ):
        author = await work.users.add(a_user())
        whole = await store_quiz(work, author.id, made, time_limit=None)
        fleeting = await store_quiz(work, author.id, short, time_limit=timedelta(milliseconds=1))
        part = replace(whole, id=QuizId(mint("quiz")), slug="part-of-it", question_count=2)
        ids = [question.id for question, _ in made[:2]]
        await work.quizzes.publish(NewQuiz(quiz=part, question_ids=ids, content_hash="part"), now=NINE)
    return [whole.id, part.id, fleeting.id]


async def storm(url: str, quizzes: list[str]) -> dict[str, Heard]:
    """Let all devices act at once, then end what is open; return what they heard, by the learner's id."""
    heard: dict[str, Heard] = {}
    devices: list[Device] = []
    for number in range(LEARNERS):
        learner = await Learner(url, f"stormy_{number}").register()
        data = await learner.ask("{ viewer { user { id } } }")
        own = heard[data["viewer"]["user"]["id"]] = Heard()
        devices += [
            Device(url, learner.token, own, device, seed=100 * number + device) for device in range(DEVICES)
        ]
        await learner.close()
    await asyncio.gather(*(device.acts(quizzes, ACTS) for device in devices))
    for device in devices[::DEVICES]:
        await device.finish()
    await asyncio.gather(*(device.close() for device in devices))
    return heard


def check_attempt(row: Any, heard: Heard) -> None:
    """Compare a row with what the devices of its learner heard, and its result with its answers."""
    slots = {number: (truth, seq) for number, truth, seq in json.loads(row["slots"])}
    for number, (truth, seq) in slots.items():
        place = (row["id"], number)
        assert seq is None or heard.sent[place][seq] is truth
        assert (seq or 0) >= heard.saved.get(place, 0), "an acknowledged answer is lost"
    results = heard.results[row["id"]]
    answered = any(truth is not None for truth, _ in slots.values())
    if row["state"] in GRADED:
        right = sum(truth is True for truth, _ in slots.values())
        assert abs(float(row["score"]) - 100 * right / len(slots)) <= 0.05
        assert results <= {(row["state"], float(row["score"]))}
        assert len(row["reasons"]) == len(set(row["reasons"]))
    else:
        assert (row["score"], row["reasons"], results) == (None, [], set())
    assert row["activities"] == int(answered and row["state"] != "ABANDONED")
    assert (row["id"] in heard.abandoned) <= (row["state"] == "ABANDONED")


async def test_fifty_devices_in_any_order_leave_one_attempt_one_grade_and_one_award(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    quizzes = await three_quizzes(database_url)
    with running_gateway(tmp_path, **servers) as gateway:
        heard = await storm(gateway.url, quizzes)
        defects = [line for line in gateway.lines if "Traceback" in line or "defect" in line]

    connection = await asyncpg.connect(database_url)
    rows = [row for row in await connection.fetch(ATTEMPTS) if row["user_id"] in heard]
    several = await connection.fetch(SEVERAL_OPEN)
    taken = {user_id: await connection.fetchval(TAKEN, user_id) or 0 for user_id in heard}
    await connection.close()
    assert (several, defects) == ([], [])
    for row in rows:
        check_attempt(row, heard[row["user_id"]])
    for user_id, own in heard.items():
        mine = [row for row in rows if row["user_id"] == user_id]
        assert own.attempts.keys() <= {row["id"] for row in mine}
        assert all(len(ids) == 1 for ids in own.started.values()), "a key started two attempts"
        assert taken[user_id] == sum(row["state"] in GRADED for row in mine)
    assert {row["state"] for row in rows} >= {"GRADED", "ABANDONED", "EXPIRED"}
    assert sum(own.cut for own in heard.values()) > LEARNERS
    assert {"ATTEMPT_CLOSED", "ATTEMPT_ALREADY_SUBMITTED"} <= set().union(
        *(o.refused for o in heard.values())
    )
    reconciled = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "gateway.cli", "reconcile"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATABASE_URL": database_url},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (reconciled.returncode, "0 differ" in reconciled.stdout) == (0, True), reconciled
