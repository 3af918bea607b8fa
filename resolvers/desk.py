"""Where attempts are handed in: those that wait at the same time go together, so that they share the price."""

import asyncio
from collections.abc import Sequence
from functools import partial

from domain import submitting
from domain.attempts import QuizAttempt
from domain.ids import Mint, UserId
from domain.submissions import HandIn
from domain.submitting import Outcome
from domain.work import Meter, OpenWork

LARGEST_BATCH = 16
MOST_WAITING = 256
GATHER_S = 0.008
"""How many seconds a busy desk waits at most for those to come back who have just been answered."""


class _Waiting:
    """Somebody who has handed in, and waits for how it ends."""

    __slots__ = ("end", "handed", "meter")

    def __init__(self, handed: HandIn, meter: Meter) -> None:
        self.handed = handed
        self.meter = meter
        self.end: asyncio.Future[QuizAttempt | None] = asyncio.get_running_loop().create_future()


class Desk:
    """Takes the attempts that are handed in to this process, one batch at a time.

    Who finds nobody on the way goes at once; who comes meanwhile leaves with all the others. A desk that was busy
    gathers first: until as many wait as there were just now, and not longer than `GATHER_S`. A batch has one attempt of
    a learner at most, and goes on when somebody of it does not wait any more.
    """

    def __init__(self, open_step: OpenWork, mint: Mint) -> None:
        self._open_step = open_step
        self._mint = mint
        self._waiting: list[_Waiting] = []
        self._on_the_way: asyncio.Task[list[Outcome]] | None = None
        self._gathering: asyncio.TimerHandle | None = None
        self._awaited = 1

    async def hand_in(self, handed: HandIn, meter: Meter) -> QuizAttempt | None:
        """Do what `submitting.submit_at_once` does; None, having changed nothing, where it takes a transaction.

        That is also so where the batch has failed as a whole, and where too many wait. Each counts all statements of
        its batch. Raises what `submitting.submit` raises.
        """
        if len(self._waiting) >= MOST_WAITING:
            return None
        one = _Waiting(handed, meter)
        self._waiting.append(one)
        if self._on_the_way is None and len(self._waiting) >= self._awaited:
            self._leave()
        return await one.end

    def _leave(self) -> None:
        """Send the next batch on its way."""
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        self._awaited = 1
        if batch := self._next():
            meter = Meter()
            self._on_the_way = asyncio.create_task(self._submit(batch, meter))
            self._on_the_way.add_done_callback(partial(self._arrive, batch, meter))

    def _next(self) -> list[_Waiting]:
        """Take those who have waited longest, one of each learner; drop who does not wait any more."""
        batch: dict[UserId, _Waiting] = {}
        rest: list[_Waiting] = []
        for one in self._waiting:
            if one.end.done():
                continue
            if len(batch) == LARGEST_BATCH or batch.setdefault(one.handed.user_id, one) is not one:
                rest.append(one)
        self._waiting = rest
        return list(batch.values())

    async def _submit(self, batch: list[_Waiting], meter: Meter) -> list[Outcome]:
        async with self._open_step(meter) as step:
            return await submitting.submit_at_once(step, [one.handed for one in batch], mint=self._mint)

    def _arrive(self, batch: list[_Waiting], meter: Meter, task: asyncio.Task[list[Outcome]]) -> None:
        """Tell each how it ended, and send the next batch on its way."""
        self._on_the_way = None
        for one, end in zip(batch, _ends(task, len(batch)), strict=True):
            one.meter.statements += meter.statements
            if one.end.done():
                continue
            if isinstance(end, BaseException):
                one.end.set_exception(end)
            else:
                one.end.set_result(end)
        self._awaited = min(len(batch) + len(self._waiting), LARGEST_BATCH)
        if len(self._waiting) >= self._awaited:
            self._leave()
        elif self._awaited > 1:
            self._gathering = asyncio.get_running_loop().call_later(GATHER_S, self._leave)


def _ends(task: asyncio.Task[list[Outcome]], size: int) -> Sequence[Outcome | BaseException]:
    """Return how each of a batch ended; where all of it failed, several try once more, each alone."""
    failure = asyncio.CancelledError() if task.cancelled() else task.exception()
    if failure is None:
        return task.result()
    return [None] * size if size > 1 else [failure]
