"""A worker as a process of its own, whose jobs leave a row each in the table `effects`: argument is the database."""

import asyncio
import sys

from domain.acts import Act
from domain.entities import entity
from domain.jobs.job_kinds import RetryPolicy, table_of
from gateway import secrets_and_ids
from gateway.jobs.handlers import Handlers, InTransaction
from gateway.jobs.queue_worker import QueueWorker
from persistence.database import connect
from persistence.stores import SqlWork
from tests.builders.jobs import a_kind
from tests.support.schema_client import asker_on

CAPACITY = 4


@entity
class EffectArguments:
    """Which effect of which run."""

    run: int
    name: str
    item: int = 0


KIND = a_kind(name="effect", arguments=EffectArguments, retries=RetryPolicy(attempts=1_000))
KINDS = table_of(KIND)
TABLE = "CREATE TABLE effects (run int NOT NULL, name text NOT NULL, item int NOT NULL)"


async def leave_effect(work: SqlWork, _act: Act, arguments: EffectArguments) -> dict[str, object]:
    """Add a row that nothing keeps from being there twice."""
    insert = "INSERT INTO effects (run, name, item) VALUES ($1, $2, $3)"
    await work.connection.raw.execute(insert, arguments.run, arguments.name, arguments.item)
    await asyncio.sleep(0.02)
    return {"items": [1, 2, 3], "is_large": arguments.run % 2 == 0}


HANDLERS: Handlers = {KIND.name: InTransaction(leave_effect)}  # type: ignore[arg-type]


async def main(url: str) -> None:
    async with connect(url, largest=CAPACITY + 2) as database, asker_on(database) as ask:
        ask.ports.now = secrets_and_ids.now
        ask.ports.mint = secrets_and_ids.mint
        worker = QueueWorker(ask.ports, KINDS, HANDLERS, [], queues={KIND.queue}, capacity=CAPACITY)
        await worker.run(url)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
