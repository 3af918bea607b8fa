"""Passing a quiz finishes the nodes of roadmaps that ask for it."""

import asyncio
import random

import pytest

from domain.users import Role
from tests.asking import Asker
from tests.builders.roadmaps import a_file, a_node, a_quiz_node
from tests.graph.test_enrolments import enrolled, nodes, put
from tests.graph.test_roadmaps import published
from tests.taking import Stage, staged

XP = "{ viewer { xp { nodes { amount reason source { type } } } } }"


async def on_a_roadmap(ask: Asker, *others: str) -> tuple[Stage, str]:
    """Enrol the learner of a stage in a roadmap of which the quiz is a node, beside `others`."""
    stage = await staged(ask)
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    file = a_file(a_quiz_node("exam", quiz=stage.quiz.slug), *(a_node(key) for key in others))
    roadmap_id = await published(ask, author, file)
    await enrolled(ask, stage.viewer, roadmap_id)
    return stage, roadmap_id


async def test_passing_finishes_the_node_and_pays_it_once(ask: Asker) -> None:
    stage, roadmap_id = await on_a_roadmap(ask)
    for number in range(2):
        attempt_id = await stage.started(f"start {number}")
        await stage.answer_all(attempt_id)
        await stage.submit(attempt_id, f"submit {number}")
        ask.clock.forward(minutes=11)

    assert (await nodes(ask, stage.viewer, roadmap_id))["Exam"]["viewerState"] == "DONE"
    entries = (await ask.data(XP, stage.viewer))["viewer"]["xp"]["nodes"]
    assert [e["amount"] for e in entries if e["reason"] == "NODE_COMPLETED"] == [25]


async def test_failing_leaves_the_node_as_it_is(ask: Asker) -> None:
    stage, roadmap_id = await on_a_roadmap(ask)
    attempt_id = await stage.started()
    await stage.answer_all(attempt_id, wrong=3)

    await stage.submit(attempt_id)

    assert (await nodes(ask, stage.viewer, roadmap_id))["Exam"]["viewerState"] == "AVAILABLE"


@pytest.mark.slow
async def test_ticking_nodes_while_submitting_does_not_wait_in_a_circle(ask: Asker) -> None:
    others = [f"node-{n}" for n in range(12)]
    stage, roadmap_id = await on_a_roadmap(ask, *others)
    await asyncio.gather(
        *(put(ask, stage.viewer, roadmap_id, key.title(), "IN_PROGRESS") for key in others[:1])
    )
    attempt_id = await stage.started()
    await stage.answer_all(attempt_id)

    async def later(coroutine: object) -> object:
        await asyncio.sleep(random.random() / 50)
        return await coroutine  # type: ignore[misc]

    *ticked, submitted = await asyncio.gather(
        *(later(put(ask, stage.viewer, roadmap_id, key.title(), "DONE")) for key in others),
        later(stage.submit(attempt_id)),
    )

    assert not ask.defects
    assert submitted["attempt"]["state"] == "GRADED"  # type: ignore[index]
    assert len(ticked) == 12
