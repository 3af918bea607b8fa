"""The stream of an attempt's timer."""

from collections.abc import AsyncIterator
from datetime import timedelta

from domain.assessment import attempt_end, attempt_timers
from domain.assessment.attempt_timers import AttemptTimer
from domain.ids import AttemptId
from domain.signals import newest
from resolvers.assessment import attempts
from resolvers.context import Context

LOOK_EVERY_S = 30.0
"""How often an attempt is read again by itself, in seconds: clocks drift, and a signal may be lost."""


async def attempt_timer(context: Context, *, attempt_id: AttemptId) -> AsyncIterator[AttemptTimer]:
    """Yield the timer of an attempt of the caller's now, at each change and each half a minute, until it has ended."""
    topic = attempt_timers.attempt_signal(attempt_id).topic
    async with context.ports.signals.listen(topic) as signals:
        while True:
            context.forget()
            attempt = await attempts.attempt(context, id=attempt_id)
            if attempt is None:
                raise attempt_end.no_such_attempt()
            timer = attempt_timers.timer_of(attempt, context.now())
            yield timer
            if timer.is_over:
                return
            wait = attempt_timers.next_look(timer, at_most=timedelta(seconds=LOOK_EVERY_S))
            await newest(signals, within=wait.total_seconds())
