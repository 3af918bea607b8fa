"""The command `questpath worker` as a process of its own, which knows three kinds of job more: they leave a row a run."""

import asyncio
import os
from datetime import timedelta

from domain import job_table
from domain.acts import Act
from domain.entities import entity
from domain.jobs.job_kinds import JobKind, RetryPolicy
from domain.jobs.rates import Rate
from domain.work import Work
from gateway import cli
from gateway.jobs import handler_table
from gateway.jobs.handlers import InSteps, InTransaction, JobContext
from persistence.stores import SqlWork

QUEUE = "effects"
EFFECTS = "CREATE TABLE effects (number int NOT NULL, note text NOT NULL DEFAULT '')"
"""Without a constraint, so that an effect which happened twice is two rows."""
_STORE = "INSERT INTO effects (number, note) VALUES ($1, $2)"


@entity
class EffectArguments:
    """The number of the effect, and how long it takes, in milliseconds."""

    number: int
    pause_ms: int = 0


EFFECT = JobKind(
    name="effect",
    description="Stores a row.",
    queue=QUEUE,
    arguments=EffectArguments,
    retries=RetryPolicy(attempts=10, base=timedelta(milliseconds=10), cap=timedelta(milliseconds=50)),
)
EFFECT_IN_STEPS = JobKind(
    name="effect_in_steps",
    description="Stores a row in a step of its own, unless an earlier run did.",
    queue=QUEUE,
    arguments=EffectArguments,
    retries=EFFECT.retries,
)


EFFECT_AT_RATE = JobKind(
    name="effect_at_rate",
    description="Stores a row, twenty times a second at most.",
    queue="rated",
    arguments=EffectArguments,
    rate=Rate(jobs=20, seconds=1),
)


async def store(work: Work, _act: Act, arguments: EffectArguments) -> None:
    """Store the effect, with half the pause before and half behind it."""
    assert isinstance(work, SqlWork)
    await asyncio.sleep(arguments.pause_ms / 2_000)
    await work.connection.raw.execute(_STORE, arguments.number, f"process {os.getpid()}")
    await asyncio.sleep(arguments.pause_ms / 2_000)


async def store_in_step(context: JobContext, arguments: EffectArguments) -> None:
    """Store the effect in a transaction before that of the success; a run after it finds it."""
    async with context.open_work() as work:
        assert isinstance(work, SqlWork)
        earlier = await work.connection.raw.fetchval(
            "SELECT count(*) FROM effects WHERE number = $1", arguments.number
        )
        if not earlier:
            await store(work, context.act(), arguments)
    await asyncio.sleep(arguments.pause_ms / 1_000)


def add_kinds() -> None:
    """Add the kinds of this module to those of this process."""
    in_transaction = InTransaction(store)
    for kind, handler in (
        (EFFECT, in_transaction),
        (EFFECT_AT_RATE, in_transaction),
        (EFFECT_IN_STEPS, InSteps(store_in_step)),
    ):
        job_table.KINDS[kind.name] = kind
        handler_table.HANDLERS[kind.name] = handler  # type: ignore[index]  # a dict, which others only read


def main() -> None:
    """Run the command line with the kinds of this module."""
    add_kinds()
    cli.main()


if __name__ == "__main__":
    main()
