"""Submit batcher: attempts that are submitted at the same time are graded and stored together.

A batch costs two statements however many attempts it has. What cannot go in a batch goes alone, in a transaction.
"""

import asyncio
from collections.abc import Sequence
from functools import partial

from domain.assessment import attempt_submission
from domain.assessment.attempt_submission import SubmissionOutcome
from domain.assessment.attempts import QuizAttempt
from domain.assessment.submissions import Replay, Submission
from domain.ids import Mint, UserId
from domain.unit_of_work import Meter
from domain.work import OpenWork

LARGEST_BATCH = 16
MOST_WAITING = 256
GATHER_S = 0.008
"""How many seconds the batcher waits at most, after a batch, for as many submissions as there were just now."""


class _Waiting:
    """A submission that waits for its outcome."""

    __slots__ = ("meter", "outcome", "submission")

    def __init__(self, submission: Submission, meter: Meter) -> None:
        self.submission = submission
        self.meter = meter
        self.outcome: asyncio.Future[QuizAttempt | Replay | None] = asyncio.get_running_loop().create_future()


class SubmitBatcher:
    """Submits the attempts of this process, one batch at a time.

    An idle batcher sends a submission at once; while a batch is in flight, later submissions wait and go together.
    After a batch of several it gathers first: until as many wait as there were just now, for `GATHER_S` at most. A
    batch has at most one attempt of a learner, and continues when a caller of it is cancelled.
    """

    def __init__(self, open_step: OpenWork, open_work: OpenWork, mint: Mint) -> None:
        self._open_step = open_step
        self._open_work = open_work
        self._mint = mint
        self._waiting: list[_Waiting] = []
        self._in_flight: asyncio.Task[list[SubmissionOutcome]] | None = None
        self._gathering: asyncio.TimerHandle | None = None
        self._expected = 1

    async def submit(self, submission: Submission, meter: Meter) -> QuizAttempt | Replay:
        """Do what `attempt_submission.submit` does, in a batch where that is possible, else in a transaction.

        The meter counts all statements of the batch. Raises what `attempt_submission.submit` raises.
        """
        attempt = await self._submit_in_batch(submission, meter)
        if attempt is not None:
            return attempt
        async with self._open_work(meter) as work:
            return await attempt_submission.submit(work, submission, mint=self._mint)

    async def _submit_in_batch(self, submission: Submission, meter: Meter) -> QuizAttempt | Replay | None:
        """Return the attempt; None, with nothing changed, where it needs a transaction.

        It also does where the batch has failed as a whole, and where too many submissions wait.
        """
        if len(self._waiting) >= MOST_WAITING:
            return None
        waiting = _Waiting(submission, meter)
        self._waiting.append(waiting)
        if self._in_flight is None and len(self._waiting) >= self._expected:
            self._send()
        return await waiting.outcome

    def _send(self) -> None:
        """Send the next batch."""
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        self._expected = 1
        if batch := self._next():
            meter = Meter()
            self._in_flight = asyncio.create_task(self._run(batch, meter))
            self._in_flight.add_done_callback(partial(self._finish, batch, meter))

    def _next(self) -> list[_Waiting]:
        """Take the submissions that have waited longest, one of each learner; drop cancelled ones."""
        batch: dict[UserId, _Waiting] = {}
        rest: list[_Waiting] = []
        for waiting in self._waiting:
            if waiting.outcome.done():
                continue
            user_id = waiting.submission.user_id
            if len(batch) == LARGEST_BATCH or batch.setdefault(user_id, waiting) is not waiting:
                rest.append(waiting)
        self._waiting = rest
        return list(batch.values())

    async def _run(self, batch: list[_Waiting], meter: Meter) -> list[SubmissionOutcome]:
        async with self._open_step(meter) as step:
            return await attempt_submission.submit_at_once(
                step, [waiting.submission for waiting in batch], mint=self._mint
            )

    def _finish(
        self, batch: list[_Waiting], meter: Meter, task: asyncio.Task[list[SubmissionOutcome]]
    ) -> None:
        """Give each submission its outcome, and send the next batch."""
        self._in_flight = None
        for waiting, outcome in zip(batch, _outcomes(task, len(batch)), strict=True):
            waiting.meter.statements += meter.statements
            if waiting.outcome.done():
                continue
            if isinstance(outcome, BaseException):
                waiting.outcome.set_exception(outcome)
            else:
                waiting.outcome.set_result(outcome)
        self._expected = min(len(batch) + len(self._waiting), LARGEST_BATCH)
        if len(self._waiting) >= self._expected:
            self._send()
        elif self._expected > 1:
            self._gathering = asyncio.get_running_loop().call_later(GATHER_S, self._send)


def _outcomes(
    task: asyncio.Task[list[SubmissionOutcome]], size: int
) -> Sequence[SubmissionOutcome | BaseException]:
    """Return the outcomes of a batch; where it failed as a whole, several are tried again, each alone."""
    failure = asyncio.CancelledError() if task.cancelled() else task.exception()
    if failure is None:
        return task.result()
    return [None] * size if size > 1 else [failure]
