"""The submit batcher: which submissions go together, the outcome of each, and that the totals add up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, Self

import pytest

from domain.assessment import attempt_submission
from domain.assessment.attempts import AttemptState, QuizAttempt
from domain.assessment.submissions import Replay, Submission
from domain.content.answers import Answer
from domain.content.quizzes import Quiz
from domain.errors import NotFoundError
from domain.gamification import leaderboard_projection, xp
from domain.gamification.leaderboards import LeaderboardScope, LeaderboardWindow, board_of
from domain.ids import AttemptId, UserId
from domain.paging import window
from domain.signals import Signal
from domain.unit_of_work import Meter
from domain.work import Work
from resolvers import submit_batcher
from resolvers.assessment import attempts
from resolvers.context import Context
from resolvers.submit_batcher import LARGEST_BATCH, MOST_WAITING, SubmitBatcher
from tests.builders import mint
from tests.builders.attempts import NINE, a_question, an_attempt, store_quiz
from tests.support.attempt_stores import AttemptStores
from tests.support.schema_client import Asker, viewer_of


class SlowStores:
    """Stores in memory whose batches wait until a test opens the `gate`.

    `batches` has the attempts of each batch, `transactions` those that were submitted alone.
    """

    def __init__(self) -> None:
        self.stores = AttemptStores.fake()
        self.gate = asyncio.Event()
        self.batches: list[list[AttemptId]] = []
        self.transactions: list[AttemptId] = []
        self.failure: Exception | None = None
        self.signals: list[Signal] = []
        self.batcher = SubmitBatcher(self.open_step, self.open_work, mint)  # type: ignore[arg-type]

    @asynccontextmanager
    async def open_step(self, meter: Meter) -> AsyncIterator[Any]:
        meter.statements += 2
        yield self._work(submissions=self)

    @asynccontextmanager
    async def open_work(self, meter: Meter) -> AsyncIterator[Any]:
        meter.statements += 3
        submissions = self.stores.submissions

        async def lock(attempt_id: AttemptId, *, user_id: UserId) -> None:
            self.transactions.append(attempt_id)

        yield self._work(
            submissions=SimpleNamespace(
                lock=lock, grading_inputs=submissions.grading_inputs, finish=submissions.finish
            )
        )

    def _work(self, submissions: Any) -> Any:
        streaks = self.stores.submissions.streaks
        return SimpleNamespace(
            submissions=submissions, streaks=streaks, enrolments=None, emit=self.signals.append
        )

    async def grading_inputs(self, submissions: list[Submission], **within: timedelta) -> Any:
        self.batches.append([submission.attempt_id for submission in submissions])
        await self.gate.wait()
        if self.failure:
            raise self.failure
        return await self.stores.submissions.grading_inputs(submissions, **within)

    async def finish(self, results: Any) -> list[bool]:
        stored: list[bool] = await self.stores.submissions.finish(results)
        return stored

    async def open(self, user_id: UserId | None = None) -> QuizAttempt:
        return await self.stores.open(user_id or await self.stores.learner(), await self.stores.quiz())

    def submit(
        self, attempt: QuizAttempt, meter: Meter | None = None
    ) -> "asyncio.Task[QuizAttempt | Replay]":
        return asyncio.create_task(self.batcher.submit(submission_of(attempt), meter or Meter()))

    async def state(self, attempt: QuizAttempt) -> AttemptState:
        (found,) = await self.stores.store.by_ids([attempt.id], user_id=attempt.user_id)
        state: AttemptState = found.state
        return state


def submission_of(attempt: QuizAttempt) -> Submission:
    return attempt_submission.submission_of(
        user_id=attempt.user_id,
        attempt_id=attempt.id,
        idempotency_key=attempt.id,
        now=NINE + timedelta(minutes=1),
    )


async def settle_down() -> None:
    """Let every task continue until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_the_first_is_sent_at_once_and_later_ones_go_together() -> None:
    slow = SlowStores()
    first, *others = [await slow.open() for _ in range(LARGEST_BATCH + 2)]

    sent = [slow.submit(first)]
    await settle_down()
    sent += [slow.submit(attempt) for attempt in others]
    await settle_down()
    alone = list(slow.batches)
    slow.gate.set()
    ends = await asyncio.gather(*sent)

    assert alone == [[first.id]]
    assert slow.batches[1:] == [[a.id for a in others[:LARGEST_BATCH]], [others[-1].id]]
    assert [end.id for end in ends] == [first.id, *(a.id for a in others)]


async def test_after_a_batch_it_waits_for_as_many_as_there_were_just_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(submit_batcher, "GATHER_S", 60.0)
    slow = SlowStores()
    first, second, third = [await slow.open() for _ in range(3)]
    sent = [slow.submit(first), slow.submit(second)]
    slow.gate.set()

    await sent[0]
    await settle_down()
    gathering = list(slow.batches)
    sent.append(slow.submit(third))
    await asyncio.gather(*sent)

    assert gathering == [[first.id]]
    assert slow.batches == [[first.id], [second.id, third.id]]


async def test_it_does_not_wait_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submit_batcher, "GATHER_S", 0.0)
    slow = SlowStores()
    first, second, third = [await slow.open() for _ in range(3)]
    sent = [slow.submit(first), slow.submit(second)]
    slow.gate.set()

    await asyncio.gather(*sent)
    await slow.submit(third)

    assert slow.batches == [[first.id], [second.id], [third.id]]


async def test_a_single_submission_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submit_batcher, "GATHER_S", 60.0)
    slow = SlowStores()
    slow.gate.set()

    for _ in range(3):
        await asyncio.wait_for(slow.submit(await slow.open()), timeout=10)

    assert [len(batch) for batch in slow.batches] == [1, 1, 1]


async def test_a_learner_is_in_one_batch_at_a_time() -> None:
    slow = SlowStores()
    ada, bob = await slow.stores.learner(), await slow.stores.learner()
    first, bobs = await slow.open(), await slow.open(bob)
    mine, again = await slow.open(ada), await slow.open(ada)

    sent = [slow.submit(attempt) for attempt in (first, mine, again, bobs)]
    slow.gate.set()
    await asyncio.gather(*sent)

    assert slow.batches == [[first.id], [mine.id, bobs.id], [again.id]]


async def test_each_counts_the_statements_of_the_batch() -> None:
    slow = SlowStores()
    slow.gate.set()
    meters = [Meter() for _ in range(3)]

    await asyncio.gather(*[slow.submit(await slow.open(), meter) for meter in meters])

    assert [meter.statements for meter in meters] == [2, 2, 2]


async def test_a_refusal_reaches_its_own_submission() -> None:
    slow = SlowStores()
    fine, missing, lost = [await slow.open() for _ in range(3)]
    del slow.stores.store.attempts[missing.id]
    del slow.stores.store.questions[slow.stores.store.kept[lost.id, 1].question_id]
    slow.gate.set()

    ends = await asyncio.gather(
        *(slow.submit(attempt) for attempt in (fine, missing, lost)), return_exceptions=True
    )

    assert isinstance(ends[0], QuizAttempt)
    assert [type(end) for end in ends[1:]] == [NotFoundError, LookupError]


async def test_a_caller_cancelled_in_flight_delays_no_other_and_loses_nothing() -> None:
    slow = SlowStores()
    first, gone, stays = [await slow.open() for _ in range(3)]
    slow.submit(first)
    await settle_down()
    cancelled, other = slow.submit(gone), slow.submit(stays)
    slow.gate.set()
    while len(slow.batches) < 2:
        await asyncio.sleep(0)

    cancelled.cancel()
    end = await other

    assert end.state is AttemptState.GRADED
    assert cancelled.cancelled()
    assert [await slow.state(a) for a in (first, gone, stays)] == [AttemptState.GRADED] * 3
    (stored,) = await slow.stores.store.by_ids([gone.id], user_id=gone.user_id)
    assert await slow.submit(gone) == Replay(attempt=stored)


async def test_a_caller_cancelled_while_waiting_has_submitted_nothing() -> None:
    slow = SlowStores()
    first, gone = await slow.open(), await slow.open()
    ahead = slow.submit(first)
    await settle_down()
    cancelled = slow.submit(gone)
    await settle_down()

    cancelled.cancel()
    await settle_down()
    slow.gate.set()
    await ahead
    await settle_down()

    assert slow.batches == [[first.id]]
    assert await slow.state(gone) is AttemptState.IN_PROGRESS


async def test_where_a_batch_fails_each_is_tried_alone_and_a_single_one_fails() -> None:
    slow = SlowStores()
    slow.failure = lost = ConnectionResetError()
    three = [await slow.open() for _ in range(3)]

    sent = [slow.submit(attempt) for attempt in three]
    await settle_down()
    slow.gate.set()
    ends = await asyncio.gather(*sent, return_exceptions=True)
    slow.failure = None
    afterwards = await slow.submit(three[0])

    assert ends[0] is lost
    assert [end.state for end in ends[1:] if isinstance(end, QuizAttempt)] == [AttemptState.GRADED] * 2
    assert slow.transactions == [attempt.id for attempt in three[1:]]
    assert afterwards.state is AttemptState.GRADED


async def test_where_too_many_wait_one_more_goes_alone() -> None:
    slow = SlowStores()
    attempt = await slow.open()
    sent = [slow.submit(attempt) for _ in range(MOST_WAITING + 1)]
    await settle_down()

    alone = await slow.submit(attempt)

    assert slow.transactions == [alone.id] == [attempt.id]
    slow.gate.set()
    ends = await asyncio.gather(*sent)
    assert {isinstance(end, Replay) and end.attempt.id for end in ends} == {attempt.id}


@dataclass
class AnsweredQuizzes:
    """Quizzes of two questions, answered correctly by their learners."""

    ask: Asker
    quizzes: list[Quiz]

    @classmethod
    async def of(cls, ask: Asker, *, quizzes: int) -> Self:
        author, _ = await ask.learner()
        async with ask.postgres.open_work(Meter()) as work:
            made = [await store_quiz(work, author.id, [a_question(), a_question()]) for _ in range(quizzes)]
        return cls(ask, made)

    async def open(self, learners: list[UserId]) -> list[QuizAttempt]:
        async with self.ask.postgres.open_work(Meter()) as work:
            return [await self._open(work, user_id, quiz) for quiz in self.quizzes for user_id in learners]

    async def _open(self, work: Work, user_id: UserId, quiz: Quiz) -> QuizAttempt:
        now = self.ask.clock()
        attempt = await work.attempts.open(
            an_attempt(user_id=user_id, quiz_id=quiz.id, started_at=now, deadline=None)
        )
        assert await work.attempts.freeze(attempt) == (2, False)
        for number in (1, 2):
            await work.attempts.save(
                (attempt.id, number), answer=Answer(truth=True), client_seq=1, answered_at=now, fast=False
            )
        return attempt

    async def submit(self, attempt: QuizAttempt) -> int:
        """Submit; return the number of statements that it took."""
        context = Context(self.ask.ports, viewer_of(attempt.user_id), "request")
        done = await attempts.submit_quiz_attempt(context, attempt_id=attempt.id, idempotency_key=attempt.id)
        assert done.state is AttemptState.GRADED
        return context.meter.statements

    async def project(self) -> None:
        async with self.ask.postgres.open_work(Meter()) as work:
            while await leaderboard_projection.project(
                work.boards_projection, now=self.ask.clock(), emit=work.emit
            ):
                pass

    async def record(self, user_id: UserId) -> dict[str, Any]:
        """Everything that is stored of a learner, except ids."""
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
        return days, [(domain.attempts, domain.correct) for domain in domains]


@pytest.mark.slow
async def test_many_at_once_end_like_one_by_one(ask: Asker) -> None:
    quizzes = await AnsweredQuizzes.of(ask, quizzes=5)
    together = [(await ask.learner())[0].id for _ in range(40)]
    in_turn = [(await ask.learner())[0].id for _ in range(40)]
    batched, single = await quizzes.open(together), await quizzes.open(in_turn)

    counts = await asyncio.gather(*(quizzes.submit(attempt) for attempt in batched))
    for attempt in single:
        await quizzes.submit(attempt)
    await quizzes.project()

    assert set(counts) == {2, 3}  # three where a batch has a question that this process has not read
    records = [await quizzes.record(user_id) for user_id in together]
    assert records == [await quizzes.record(user_id) for user_id in in_turn]
    assert all(record == records[0] for record in records)
    assert [records[0]["earned"], len(records[0]["entries"])] == [records[0]["board"], 10]
    async with ask.postgres.open_work(Meter()) as work:
        assert await xp.reconcile(work.xp) == []
        rolled_up = [await quizzes.rolled_up(work, user_id) for user_id in together]
        assert await work.analytics.rebuild() == 400
        assert rolled_up == [await quizzes.rolled_up(work, user_id) for user_id in together]
