"""Events in the log: sign-ins, sign-outs and submits, a line each, with the user and the exam type."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from domain.ids import QuizId
from domain.traces import RunIds
from domain.unit_of_work import Meter
from gateway.telemetry import logs
from resolvers.context import Ports

_KEPT_S = 600.0
_MOST_KEPT = 10_000


class EventLog:
    """Writes what mutations noted; the exam type of a quiz is read once in ten minutes, after the response."""

    def __init__(self, ports: Ports, clock: Callable[[], float] = time.monotonic) -> None:
        self._ports = ports
        self._clock = clock
        self._codes: dict[QuizId, tuple[str | None, float]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def write(self, run: RunIds, events: Sequence[dict[str, Any]]) -> None:
        """Write a line for each event; one of a quiz may wait until its exam type is read."""
        for event in events:
            line = {"event": event["event"], "request_id": run.request_id} | event
            if run.trace_id is not None:
                line["trace_id"] = run.trace_id
            quiz_id = event.get("quiz_id")
            if quiz_id is None:
                logs.write(line)
                continue
            code, read_at = self._codes.get(quiz_id, (None, -_KEPT_S))
            if self._clock() - read_at < _KEPT_S:
                logs.write(line | {"exam_type": code})
                continue
            task = asyncio.create_task(self._read_and_write(line, quiz_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def written(self) -> None:
        """Wait until every event has its line."""
        await asyncio.gather(*self._tasks)

    async def _read_and_write(self, line: dict[str, Any], quiz_id: QuizId) -> None:
        try:
            code = await self._read(quiz_id)
        except Exception:  # noqa: BLE001 - the submit is stored, so its line is written without the exam type
            logs.write(line | {"exam_type": None})
            return
        if len(self._codes) >= _MOST_KEPT:
            self._codes.clear()
        self._codes[quiz_id] = code, self._clock()
        logs.write(line | {"exam_type": code})

    async def _read(self, quiz_id: QuizId) -> str | None:
        async with self._ports.open_reads(Meter()) as reads:
            (quiz,) = await reads.quizzes.by_ids([quiz_id])
            if quiz is None:
                return None
            (exam_type,) = await reads.exam_types.by_ids([quiz.exam_type_id])
        return None if exam_type is None else exam_type.code
