"""Conflicts between transactions: locks are taken in one order, and what was rolled back because of others runs again."""

import asyncio
from typing import Any

import asyncpg
import pytest

from domain.unit_of_work import Meter
from resolvers.repetition import MOST_RUNS
from tests.builders import mint
from tests.support.goals import CREATE, GOALS, active_goal, move_goal
from tests.support.schema_client import Asker

FAIL_FIRST = """
CREATE SEQUENCE runs;
CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF nextval('runs') < {runs} THEN RAISE EXCEPTION 'in the way' USING ERRCODE = '{state}'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER conflict BEFORE INSERT ON goals FOR EACH ROW EXECUTE FUNCTION conflict();
"""
CREATE_TWICE = """mutation ($a: CreateGoalInput!, $b: CreateGoalInput!) {
  a: createGoal(input: $a) { goal { title } } b: createGoal(input: $b) { goal { title } }
}"""


async def prepare(ask: Asker, *, runs: int, state: str) -> None:
    """Have the first inserts of goals refused, all but the one with this number."""
    async with ask.postgres.open_reads(Meter()) as reads:
        await reads.connection.raw.execute(FAIL_FIRST.format(runs=runs, state=state))


async def count_runs(ask: Asker) -> int:
    async with ask.postgres.open_reads(Meter()) as reads:
        found: int = await reads.connection.raw.fetchval("SELECT last_value FROM runs")
        return found


def goal(title: str = "Read") -> dict[str, Any]:
    return {"title": title, "idempotencyKey": mint("key")}


@pytest.mark.parametrize("state", ["40001", "40P01"])
async def test_a_mutation_that_was_rolled_back_because_of_others_runs_again(ask: Asker, state: str) -> None:
    _, viewer = await ask.learner()
    await prepare(ask, runs=MOST_RUNS, state=state)

    payload = (await ask.data(CREATE, viewer, input=goal()))["createGoal"]

    assert (payload["goal"]["title"], payload["userErrors"]) == ("Read", [])
    assert len((await ask.data(GOALS, viewer))["viewer"]["goals"]["nodes"]) == 1
    assert await count_runs(ask) == MOST_RUNS


async def test_after_the_last_run_the_client_is_told_to_try_again(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await prepare(ask, runs=MOST_RUNS + 1, state="40P01")

    response = await ask(CREATE, viewer, input=goal())

    (error,) = response["errors"]
    assert error["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"
    assert error["message"] == "Others changed the same data at the same moment; try again."
    assert await count_runs(ask) == MOST_RUNS
    assert ask.defects == []


@pytest.mark.parametrize("state", ["53100", "25006", "57P01", "55P03"])
async def test_other_refusals_are_told_after_one_run(ask: Asker, state: str) -> None:
    _, viewer = await ask.learner()
    await prepare(ask, runs=MOST_RUNS, state=state)

    response = await ask(CREATE, viewer, input=goal())

    assert [error["extensions"]["code"] for error in response["errors"]] == ["UPSTREAM_UNAVAILABLE"]
    assert await count_runs(ask) == 1
    assert ask.defects == []


async def test_each_mutation_of_a_document_runs_again_by_itself(ask: Asker) -> None:
    _, viewer = await ask.learner()
    await prepare(ask, runs=2, state="40001")

    data = await ask.data(CREATE_TWICE, viewer, a=goal("First"), b=goal("Second"))

    assert [data[name]["goal"]["title"] for name in "ab"] == ["First", "Second"]
    assert len((await ask.data(GOALS, viewer))["viewer"]["goals"]["nodes"]) == 2
    assert await count_runs(ask) == 3


async def test_completing_a_goal_locks_the_learner_before_the_goal_as_deletion_does(
    ask: Asker, database_url: str
) -> None:
    ada, viewer = await ask.learner()
    active = await active_goal(ask, viewer)
    deletion = await asyncpg.connect(database_url, server_settings={"lock_timeout": "500"})

    async with deletion.transaction():
        await deletion.execute("SELECT id FROM users WHERE id = $1 FOR UPDATE", ada.id)
        completing = asyncio.create_task(move_goal(ask, viewer, active, "COMPLETED"))
        async with asyncio.timeout(5):
            while not await deletion.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                await asyncio.sleep(0.01)
        await deletion.execute("UPDATE goals SET description = 'x' WHERE owner_id = $1", ada.id)
    await deletion.close()

    payload = await completing
    assert (payload["goal"]["state"], payload["userErrors"]) == ("COMPLETED", [])
