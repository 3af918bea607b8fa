"""Workers that are killed under running workflows: every effect happens once, and every workflow ends.

`QUESTPATH_WORKFLOWS` and `QUESTPATH_KILLS` set how many there are.
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from domain.unit_of_work import Meter
from domain.workflows import template_saves, workflow_starts
from domain.workflows.templates import WaitFor, WorkflowInputType
from domain.workflows.vocabulary import Vocabulary
from domain.workflows.workflow_starts import WorkflowRequest
from gateway import secrets_and_ids
from gateway.workflows.conditions import SafeConditions
from persistence.work import Postgres
from tests.builders.acts import an_act
from tests.builders.workflows import a_step, a_template, an_input
from tests.support.servers.gateway import ROOT
from tests.support.servers.workflow_worker import KINDS, TABLE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
WORKFLOWS = int(os.environ.get("QUESTPATH_WORKFLOWS", "40"))
KILLS = int(os.environ.get("QUESTPATH_KILLS", "8"))
WORKERS = 2
VOCABULARY = Vocabulary(kinds=KINDS, conditions=SafeConditions())
LONGEST_S = 600


def effect(key: str, *after: str, **values: Any) -> Any:
    arguments = {"run": {"from": "inputs.run"}, "name": key} | values.pop("arguments", {})
    return a_step(key, *after, kind="effect", arguments=arguments, **values)


TEMPLATE = a_template(
    effect("split"),
    effect("map", "split", for_each="results.split.items", arguments={"item": {"from": "item"}}),
    effect("reduce", "map"),
    effect("large", "split", condition="results.split.is_large == True"),
    effect("first", "reduce", "large", wait_for=WaitFor.ANY),
    effect("last", "first", "reduce", "large"),
    inputs=[an_input("run", WorkflowInputType.INTEGER, required=True)],
)
EFFECTS = {("split", 0), ("map", 1), ("map", 2), ("map", 3), ("reduce", 0), ("first", 0), ("last", 0)}


def a_worker(url: str, folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.servers.workflow_worker", url],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )


async def start_all(postgres: Postgres) -> None:
    act = an_act(now=secrets_and_ids.now())
    async with postgres.open_work(Meter()) as work:
        await template_saves.save(work, act, VOCABULARY, TEMPLATE)
        for run in range(WORKFLOWS):
            asked = WorkflowRequest(template=TEMPLATE.name, version=None, inputs={"run": run})
            await workflow_starts.start(work, act, VOCABULARY, asked)


async def test_every_effect_happens_once_and_every_workflow_ends(
    postgres: Postgres, database_url: str, tmp_path: Path
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(TABLE)
    await start_all(postgres)
    chance = random.Random(7)
    workers = [a_worker(database_url, tmp_path) for _ in range(WORKERS)]
    began, killed = time.monotonic(), 0
    total = WORKFLOWS * len(EFFECTS) + (WORKFLOWS + 1) // 2
    try:
        while await connection.fetchval("SELECT count(*) FROM workflows WHERE state = 'RUNNING'"):
            assert time.monotonic() - began < LONGEST_S
            await asyncio.sleep(chance.uniform(0.2, 0.4))
            done = await connection.fetchval("SELECT count(*) FROM effects")
            if killed < KILLS and done >= (killed + 1) * total // (KILLS + 2):
                victim = chance.randrange(WORKERS)
                workers[victim].kill()
                workers[victim].wait()
                workers[victim] = a_worker(database_url, tmp_path)
                killed += 1
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    found = await connection.fetch("SELECT run, name, item, count(*) FROM effects GROUP BY 1, 2, 3")
    states = dict(await connection.fetch("SELECT state, count(*) FROM workflows GROUP BY 1"))
    again = await connection.fetchval("SELECT count(*) FROM jobs WHERE run > 1")
    jobs = await connection.fetchval("SELECT count(*) FROM jobs")
    await connection.close()
    took = time.monotonic() - began
    sys.stdout.write(
        f"{WORKFLOWS} workflows, {jobs} jobs, {killed} kills, {again} jobs run again, {took:.0f} s\n"
    )

    expected = {
        (run, *each)
        for run in range(WORKFLOWS)
        for each in EFFECTS | ({("large", 0)} if run % 2 == 0 else set())
    }
    assert {(run, name, item) for run, name, item, _ in found} == expected
    assert {count for *_, count in found} == {1}
    assert states == {"SUCCEEDED": WORKFLOWS}
    assert (killed, jobs) == (KILLS, total)
    assert again > 0
