"""Item statistics in Postgres: counted by parts or rebuilt, they are those of an independent computation."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from domain.ids import QuestionId, QuizId, UserId
from domain.quality import item_projection
from domain.quality.item_statistics import ItemTotals
from persistence.stores import SqlWork
from tests.builders import a_user, mint
from tests.builders.attempts import NINE, a_question, an_attempt, store_quiz, store_versions

QUESTIONS, LEARNERS, ATTEMPTS = 6, 8, 60
STATES = ["GRADED", "GRADED", "GRADED", "EXPIRED", "ABANDONED", "SUBMITTED"]
TABLE = """INSERT INTO quiz_attempts (id, user_id, quiz_id, mode, state, feedback, pass_mark, seed, started_at,
    finished_at, local_date, score, passed) VALUES ($1, $2, $3, 'PRACTICE', $4, 'AT_END', 70, 1, $5, $6, $7, 50, false)"""
SLOT = """INSERT INTO attempt_slots (attempt_id, number, question_id, answer, client_seq, answered_at, fast,
    credit_numerator, credit_denominator) VALUES ($1, $2, $3, $4, $5, $6, false, $7, $8)"""


class Room:
    """Learners, and quizzes of an author over the versions of six questions; every attempt is remembered."""

    def __init__(self, work: SqlWork, seed: int) -> None:
        self.work = work
        self.random = Random(seed)
        self.attempts: dict[str, dict[str, Any]] = {}
        self.lineage: dict[str, int] = {}

    async def prepare(self) -> None:
        author = a_user()
        await self.work.users.add(author)
        self.users = [author.id]
        for _ in range(LEARNERS):
            learner = a_user()
            await self.work.users.add(learner)
            self.users.append(learner.id)
        made = [a_question() for _ in range(QUESTIONS)]
        quiz = await store_quiz(self.work, author.id, made)
        versions = await store_versions(self.work, author.id, made)
        self.quiz_id = quiz.id
        self.asked = [[q.id for q, _ in made], [q.id for q, _ in versions]]
        for ids in self.asked:
            self.lineage |= {id_: n for n, id_ in enumerate(ids)}

    async def attempt(self) -> None:
        """Store an attempt at some of the questions, in one of their versions."""
        random = self.random
        id_, user_id, state = mint("attempt"), random.choice(self.users), random.choice(STATES)
        start = NINE + timedelta(minutes=random.randrange(500))
        end = start + timedelta(minutes=9)
        graded = state in ("GRADED", "EXPIRED")
        row = {"user": user_id, "state": state, "start": start, "end": end, "slots": []}
        await self._execute(TABLE, id_, user_id, self.quiz_id, state, start, end, start.date())
        moment = start
        for number, place in enumerate(
            random.sample(range(QUESTIONS), random.randint(1, QUESTIONS)), start=1
        ):
            question_id = random.choice(self.asked)[place]
            truth = random.choice([True, False, None])
            if truth is not None:
                moment += timedelta(milliseconds=random.randrange(90_000))
            credit = (0, 1) if truth is None else random.choice([(0, 1), (1, 1), (1, 3), (2, 7)])
            answer = None if truth is None else {"truth": truth}
            row["slots"].append((question_id, truth, moment, credit))
            at = None if truth is None else moment
            seq = None if truth is None else 1
            await self._execute(
                SLOT, id_, number, question_id, answer, seq, at, *(credit if graded else (None, None))
            )
        self.attempts[id_] = row

    async def grade_one(self) -> None:
        """Grade the attempt that has been withheld for longest."""
        withheld = [id_ for id_, row in self.attempts.items() if row["state"] == "SUBMITTED"]
        for id_ in withheld[:1]:
            row = self.attempts[id_]
            row["state"] = "GRADED"
            await self._execute("UPDATE quiz_attempts SET state = 'GRADED' WHERE id = $1", id_)
            for number, (_, _, _, (part, whole)) in enumerate(row["slots"], start=1):
                await self._execute(
                    "UPDATE attempt_slots SET credit_numerator = $3, credit_denominator = $4 "
                    "WHERE attempt_id = $1 AND number = $2",
                    id_,
                    number,
                    part,
                    whole,
                )

    async def places(self) -> list[str]:
        rows = await self.work.connection.raw.fetch(
            "SELECT attempt_id FROM item_attempts WHERE place IS NOT NULL ORDER BY place"
        )
        return [row["attempt_id"] for row in rows]

    async def totals(self) -> dict[str, ItemTotals]:
        ids = [QuestionId(id_) for id_ in self.lineage]
        found = await self.work.items.totals(ids)
        return {totals.question_id: totals for totals in found if totals is not None}

    async def _execute(self, text: str, *values: object) -> None:
        await self.work.connection.raw.execute(text, *values)


def expected(room: Room, order: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Compute the totals from the attempts alone, in plain numbers."""
    seen: set[tuple[str, int]] = set()
    found: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(int))
    for attempt in (room.attempts[id_] for id_ in order):
        if attempt["state"] not in ("GRADED", "EXPIRED"):
            continue
        shares = [part / whole for _, _, _, (part, whole) in attempt["slots"]]
        met = [(attempt["user"], room.lineage[question_id]) for question_id, *_ in attempt["slots"]]
        before: datetime = attempt["start"]
        for number, (question_id, truth, moment, _) in enumerate(attempt["slots"]):
            took = moment - before if truth is not None else None
            before = moment
            if met[number] in seen or attempt["user"] == room.users[0]:
                continue
            totals = found[question_id]
            others = shares[:number] + shares[number + 1 :]
            totals["responses"] += 1
            totals["credit"] += round(10_000 * shares[number])
            totals["times"] += took is not None
            if truth is not None:
                totals[str(truth).lower()] += 1
            if others:
                x, y = round(10_000 * shares[number]), round(10_000 * sum(others) / len(others))
                for name, value in (("paired", 1), ("x", x), ("y", y), ("xy", x * y), ("yy", y * y)):
                    totals[name] += value
        seen |= set(met)
    return found


@pytest.mark.parametrize("seed", range(6))
async def test_counting_by_parts_rebuilding_and_an_independent_computation_agree(
    work: SqlWork, seed: int
) -> None:
    room = Room(work, seed)
    await room.prepare()

    for number in range(ATTEMPTS):
        await room.attempt()
        if number % 4 == 0:
            await room.grade_one()
        if room.random.random() < 0.3:
            await item_projection.project(work, limit=room.random.randint(1, 9))
    while await item_projection.project(work, limit=7):
        pass
    by_parts = await room.totals()
    order = await room.places()
    count = await item_projection.rebuild(work)

    assert count == len(order) == sum(row["state"] != "SUBMITTED" for row in room.attempts.values())
    assert await room.totals() == by_parts
    plain = expected(room, order)
    assert by_parts.keys() == plain.keys()
    for id_, totals in by_parts.items():
        for name in ("responses", "credit", "paired", "x", "y", "xy", "yy"):
            assert getattr(totals, name) == pytest.approx(plain[id_][name], rel=1e-3), (name, id_)
        assert dict(totals.choices) == {
            name: plain[id_][name] for name in ("true", "false") if plain[id_][name]
        }
        assert sum(totals.times.values()) == plain[id_]["times"]


async def test_response_times_are_read_as_percentiles(work: SqlWork) -> None:
    room = Room(work, 1)
    await room.prepare()
    for _ in range(20):
        await room.attempt()
    await item_projection.project(work)

    ids = [QuestionId(id_) for id_ in room.lineage] + [QuestionId("question_none")]
    quick, slow = [await work.items.response_time(ids, percent) for percent in (5, 95)]

    assert quick[-1] is None
    assert any(found is not None for found in quick)
    assert all(one <= other for one, other in zip(quick, slow, strict=True) if one and other)


async def test_an_open_attempt_without_a_place_is_counted_when_it_has_ended(work: SqlWork) -> None:
    room = Room(work, 2)
    await room.prepare()
    attempt = await work.attempts.open(
        an_attempt(user_id=UserId(room.users[1]), quiz_id=QuizId(room.quiz_id), deadline=None)
    )
    await work.attempts.freeze(attempt)

    before = await item_projection.project(work)
    await work.connection.raw.execute(
        "UPDATE quiz_attempts SET state = 'ABANDONED', finished_at = started_at WHERE id = $1", attempt.id
    )

    assert (before, await item_projection.project(work), await item_projection.project(work)) == (0, 1, 0)
