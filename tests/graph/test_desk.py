"""Handing in together: who leaves with whom, what becomes of each, and that all of it adds up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Self

import pytest

from domain import boards_projection, submitting, xp
from domain.answers import Answer
from domain.attempts import AttemptState, QuizAttempt
from domain.errors import NotFoundError
from domain.ids import AttemptId, UserId
from domain.leaderboards import LeaderboardScope, LeaderboardWindow, board_of
from domain.paging import window
from domain.quizzes import Quiz
from domain.signals import Signal
from domain.submissions import HandIn
from domain.work import Meter, Work
from resolvers import attempts, desk
from resolvers.context import Context
from resolvers.desk import LARGEST_BATCH, MOST_WAITING, Desk
from tests.asking import Asker, viewer_of
from tests.builders import mint
from tests.builders.attempts import NINE, a_question, an_attempt, store_quiz
from tests.fakes.attempts import FakeAttempts
from tests.fakes.submissions import FakeSubmissions
from tests.persistence.test_attempts_store import Shelf


class SlowHouse:
    """Stores in memory behind a door that a test opens; `batches` has the attempts of each that came to it."""

    def __init__(self) -> None:
        kept = FakeAttempts()
        self.submissions = FakeSubmissions(kept)
        self.shelf = Shelf(kept, self.submissions, None)
        self.door = asyncio.Event()
        self.batches: list[list[AttemptId]] = []
        self.failure: Exception | None = None
        self.signals: list[Signal] = []
        self.desk = Desk(self.open_step, mint)  # type: ignore[arg-type]

    @asynccontextmanager
    async def open_step(self, meter: Meter) -> AsyncIterator[Any]:
        meter.statements += 2
        yield SimpleNamespace(
            submissions=self, streaks=self.submissions.streaks, enrolments=None, emit=self.signals.append
        )

    async def sheets(self, handed: list[HandIn], **within: timedelta) -> Any:
        self.batches.append([one.attempt_id for one in handed])
        await self.door.wait()
        if self.failure:
            raise self.failure
        return await self.submissions.sheets(handed, **within)

    async def finish(self, results: Any) -> list[bool]:
        return await self.submissions.finish(results)

    async def opened(self, user_id: UserId | None = None) -> QuizAttempt:
        return await self.shelf.opened(user_id or await self.shelf.learner(), await self.shelf.quiz())

    def sent(self, attempt: QuizAttempt, meter: Meter | None = None) -> "asyncio.Task[QuizAttempt | None]":
        return asyncio.create_task(self.desk.hand_in(handed(attempt), meter or Meter()))

    async def state(self, attempt: QuizAttempt) -> AttemptState:
        (found,) = await self.shelf.store.by_ids([attempt.id], user_id=attempt.user_id)
        state: AttemptState = found.state
        return state


def handed(attempt: QuizAttempt) -> HandIn:
    return submitting.hand_in(
        user_id=attempt.user_id,
        attempt_id=attempt.id,
        idempotency_key=attempt.id,
        now=NINE + timedelta(minutes=1),
    )


async def turn() -> None:
    """Let everybody go on as far as they come."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_the_first_goes_at_once_and_all_who_come_meanwhile_go_together() -> None:
    house = SlowHouse()
    first, *others = [await house.opened() for _ in range(LARGEST_BATCH + 2)]

    sent = [house.sent(first)]
    await turn()
    sent += [house.sent(attempt) for attempt in others]
    await turn()
    alone = list(house.batches)
    house.door.set()
    ends = await asyncio.gather(*sent)

    assert alone == [[first.id]]
    assert house.batches[1:] == [[a.id for a in others[:LARGEST_BATCH]], [others[-1].id]]
    assert [end.id for end in ends if end] == [first.id, *(a.id for a in others)]


async def test_a_busy_desk_waits_for_as_many_as_were_just_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "GATHER_S", 60.0)
    house = SlowHouse()
    first, second, third = [await house.opened() for _ in range(3)]
    sent = [house.sent(first), house.sent(second)]
    house.door.set()

    await sent[0]
    await turn()
    gathering = list(house.batches)
    sent.append(house.sent(third))
    await asyncio.gather(*sent)

    assert gathering == [[first.id]]
    assert house.batches == [[first.id], [second.id, third.id]]


async def test_a_busy_desk_does_not_wait_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "GATHER_S", 0.0)
    house = SlowHouse()
    first, second, third = [await house.opened() for _ in range(3)]
    sent = [house.sent(first), house.sent(second)]
    house.door.set()

    await asyncio.gather(*sent)
    await house.sent(third)

    assert house.batches == [[first.id], [second.id], [third.id]]


async def test_who_comes_alone_is_never_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "GATHER_S", 60.0)
    house = SlowHouse()
    house.door.set()

    for _ in range(3):
        await asyncio.wait_for(house.sent(await house.opened()), timeout=10)

    assert [len(batch) for batch in house.batches] == [1, 1, 1]


async def test_a_learner_is_in_one_batch_at_a_time() -> None:
    house = SlowHouse()
    ada, bob = await house.shelf.learner(), await house.shelf.learner()
    first, bobs = await house.opened(), await house.opened(bob)
    mine, again = await house.opened(ada), await house.opened(ada)

    sent = [house.sent(attempt) for attempt in (first, mine, again, bobs)]
    house.door.set()
    await asyncio.gather(*sent)

    assert house.batches == [[first.id], [mine.id, bobs.id], [again.id]]


async def test_everybody_counts_the_statements_of_the_batch() -> None:
    house = SlowHouse()
    house.door.set()
    meters = [Meter() for _ in range(3)]

    await asyncio.gather(*[house.sent(await house.opened(), meter) for meter in meters])

    assert [meter.statements for meter in meters] == [2, 2, 2]


async def test_a_refusal_reaches_whom_it_concerns() -> None:
    house = SlowHouse()
    fine, missing, lost = [await house.opened() for _ in range(3)]
    del house.shelf.store.attempts[missing.id]
    del house.shelf.store.questions[house.shelf.store.kept[lost.id, 1].question_id]
    house.door.set()

    ends = await asyncio.gather(
        *(house.sent(attempt) for attempt in (fine, missing, lost)), return_exceptions=True
    )

    assert isinstance(ends[0], QuizAttempt)
    assert [type(end) for end in ends[1:]] == [NotFoundError, LookupError]


async def test_who_leaves_while_on_the_way_keeps_nobody_back_and_loses_nothing() -> None:
    house = SlowHouse()
    first, gone, stays = [await house.opened() for _ in range(3)]
    house.sent(first)
    await turn()
    leaver, stayer = house.sent(gone), house.sent(stays)
    house.door.set()
    while len(house.batches) < 2:
        await asyncio.sleep(0)

    leaver.cancel()
    end = await stayer

    assert end is not None
    assert leaver.cancelled()
    assert [await house.state(a) for a in (first, gone, stays)] == [AttemptState.GRADED] * 3
    assert await house.sent(gone) == (await house.shelf.store.by_ids([gone.id], user_id=gone.user_id))[0]


async def test_who_leaves_while_waiting_has_handed_nothing_in() -> None:
    house = SlowHouse()
    first, gone = await house.opened(), await house.opened()
    ahead = house.sent(first)
    await turn()
    leaver = house.sent(gone)
    await turn()

    leaver.cancel()
    await turn()
    house.door.set()
    await ahead
    await turn()

    assert house.batches == [[first.id]]
    assert await house.state(gone) is AttemptState.IN_PROGRESS


async def test_where_a_batch_fails_each_is_sent_on_alone_and_one_alone_is_told() -> None:
    house = SlowHouse()
    house.failure = lost = ConnectionResetError()
    three = [await house.opened() for _ in range(3)]

    sent = [house.sent(attempt) for attempt in three]
    await turn()
    house.door.set()
    ends = await asyncio.gather(*sent, return_exceptions=True)
    house.failure = None
    afterwards = await house.sent(three[0])

    assert ends == [lost, None, None]
    assert afterwards is not None


async def test_where_too_many_wait_one_more_is_sent_on_alone() -> None:
    house = SlowHouse()
    attempt = await house.opened()
    sent = [house.sent(attempt) for _ in range(MOST_WAITING + 1)]
    await turn()

    assert await house.desk.hand_in(handed(attempt), Meter()) is None

    house.door.set()
    assert {end.id for end in await asyncio.gather(*sent) if end} == {attempt.id}


@dataclass
class HandingIn:
    """Quizzes of two questions that learners have answered rightly."""

    ask: Asker
    quizzes: list[Quiz]

    @classmethod
    async def of(cls, ask: Asker, *, quizzes: int) -> Self:
        author, _ = await ask.learner()
        async with ask.postgres.open_work(Meter()) as work:
            made = [await store_quiz(work, author.id, [a_question(), a_question()]) for _ in range(quizzes)]
        return cls(ask, made)

    async def opened(self, learners: list[UserId]) -> list[QuizAttempt]:
        async with self.ask.postgres.open_work(Meter()) as work:
            return [await self._opened(work, user_id, quiz) for quiz in self.quizzes for user_id in learners]

    async def _opened(self, work: Work, user_id: UserId, quiz: Quiz) -> QuizAttempt:
        now = self.ask.clock()
        attempt = await work.attempts.open(
            an_attempt(user_id=user_id, quiz_id=quiz.id, started_at=now, deadline=None)
        )
        assert await work.attempts.freeze(attempt) == 2
        for number in (1, 2):
            await work.attempts.save(
                (attempt.id, number), answer=Answer(truth=True), client_seq=1, answered_at=now, fast=False
            )
        return attempt

    async def submit(self, attempt: QuizAttempt) -> int:
        """Hand in; return the number of statements that it took."""
        context = Context(self.ask.ports, viewer_of(attempt.user_id), "request")
        done = await attempts.submit_quiz_attempt(context, attempt_id=attempt.id, idempotency_key=attempt.id)
        assert done.state is AttemptState.GRADED
        return context.meter.statements

    async def project(self) -> None:
        async with self.ask.postgres.open_work(Meter()) as work:
            while await boards_projection.project(
                work.boards_projection, now=self.ask.clock(), emit=work.emit
            ):
                pass

    async def told(self, user_id: UserId) -> dict[str, Any]:
        """Everything that is told of a learner, but ids."""
        ever = board_of(LeaderboardScope.GLOBAL, LeaderboardWindow.ALL_TIME, self.ask.clock())
        async with self.ask.postgres.open_reads(Meter()) as reads:
            (user,) = await reads.users.by_ids([user_id])
            entries = (await reads.xp.page(user_id, window(first=100))).nodes
            return {
                "earned": user and user.xp_total,
                "level": user and user.level,
                "entries": sorted((e.reason.value, e.amount, e.status.value, e.local_date) for e in entries),
                "days": (await reads.streaks.history(user_id)).days,
                "rolled up": await self.rolled_up(reads, user_id),
                "board": next(e.xp for e in await reads.boards.around(ever, user_id=user_id, count=0)),
            }

    async def rolled_up(self, reads: Work, user_id: UserId) -> Any:
        domains = await reads.analytics.domains(user_id, exam_type_id=None)
        days = (await reads.analytics.days(user_id, exam_type_id=None, since=None)).days
        return days, [(one.attempts, one.correct) for one in domains]


@pytest.mark.slow
async def test_many_at_once_end_as_one_by_one(ask: Asker) -> None:
    house = await HandingIn.of(ask, quizzes=5)
    together = [(await ask.learner())[0].id for _ in range(40)]
    in_turn = [(await ask.learner())[0].id for _ in range(40)]
    crowd, queue = await house.opened(together), await house.opened(in_turn)

    counts = await asyncio.gather(*(house.submit(attempt) for attempt in crowd))
    for attempt in queue:
        await house.submit(attempt)
    await house.project()

    assert set(counts) == {2, 3}  # three where a batch brings a question that this process has not met
    told = [await house.told(user_id) for user_id in together]
    assert told == [await house.told(user_id) for user_id in in_turn]
    assert all(one == told[0] for one in told)
    assert [told[0]["earned"], len(told[0]["entries"])] == [told[0]["board"], 10]
    async with ask.postgres.open_work(Meter()) as work:
        assert await xp.reconcile(work.xp) == []
        rolled_up = [await house.rolled_up(work, user_id) for user_id in together]
        assert await work.analytics.rebuild() == 400
        assert rolled_up == [await house.rolled_up(work, user_id) for user_id in together]
