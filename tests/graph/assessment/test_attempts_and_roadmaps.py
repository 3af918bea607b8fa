"""Passing a quiz finishes the nodes of roadmaps that ask for it."""

import asyncio
import random

import pytest

from domain.accounts.users import Role
from tests.builders.roadmaps import a_file, a_node, a_quiz_node
from tests.support.attempts import QuizTaker, a_quiz_taker
from tests.support.clients.roadmaps import enrol, nodes_by_title, publish_file, set_node
from tests.support.schema_client import Asker, viewer_of

XP = "{ viewer { xp { nodes { amount reason source { type } } } } }"


async def on_a_roadmap(ask: Asker, *others: str) -> tuple[QuizTaker, str]:
    """Enrol the learner of a taker in a roadmap of which the quiz is a node, beside `others`."""
    taker = await a_quiz_taker(ask)
    author = viewer_of(taker.quiz.author_id, Role.LEARNER, Role.AUTHOR)
    file = a_file(a_quiz_node("exam", quiz=taker.quiz.slug), *(a_node(key) for key in others))
    roadmap_id = await publish_file(ask, author, file)
    await enrol(ask, taker.viewer, roadmap_id)
    return taker, roadmap_id


async def test_passing_finishes_the_node_and_pays_it_once(ask: Asker) -> None:
    taker, roadmap_id = await on_a_roadmap(ask)
    for number in range(2):
        attempt_id = await taker.start_attempt(f"start {number}")
        await taker.answer_all(attempt_id)
        await taker.submit(attempt_id, f"submit {number}")
        ask.clock.forward(minutes=11)

    assert (await nodes_by_title(ask, taker.viewer, roadmap_id))["Exam"]["viewerState"] == "DONE"
    entries = (await ask.data(XP, taker.viewer))["viewer"]["xp"]["nodes"]
    assert [e["amount"] for e in entries if e["reason"] == "NODE_COMPLETED"] == [25]


async def test_failing_leaves_the_node_as_it_is(ask: Asker) -> None:
    taker, roadmap_id = await on_a_roadmap(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id, wrong=3)

    await taker.submit(attempt_id)

    assert (await nodes_by_title(ask, taker.viewer, roadmap_id))["Exam"]["viewerState"] == "AVAILABLE"


@pytest.mark.parametrize("state", ["AVAILABLE", "SKIPPED"])
async def test_a_node_whose_quiz_was_passed_is_done_again_by_hand_without_a_second_award(
    ask: Asker, state: str
) -> None:
    taker, roadmap_id = await on_a_roadmap(ask)
    failed = await taker.start_attempt("one")
    await taker.answer_all(failed, wrong=3)
    await taker.submit(failed, "one")
    (refused,) = (await set_node(ask, taker.viewer, roadmap_id, "Exam", "DONE"))["userErrors"]
    ask.clock.forward(minutes=11)
    passed = await taker.start_attempt("two")
    await taker.answer_all(passed)
    await taker.submit(passed, "two")
    await set_node(ask, taker.viewer, roadmap_id, "Exam", state)

    again = await set_node(ask, taker.viewer, roadmap_id, "Exam", "DONE")

    assert refused["code"] == "NODE_COMPLETED_BY_QUIZ"
    assert (again["userErrors"], again["node"]["viewerState"]) == ([], "DONE")
    entries = (await ask.data(XP, taker.viewer))["viewer"]["xp"]["nodes"]
    assert [e["amount"] for e in entries if e["reason"] == "NODE_COMPLETED"] == [25]


@pytest.mark.slow
async def test_ticking_nodes_while_submitting_does_not_wait_in_a_circle(ask: Asker) -> None:
    others = [f"node-{n}" for n in range(12)]
    taker, roadmap_id = await on_a_roadmap(ask, *others)
    await asyncio.gather(
        *(set_node(ask, taker.viewer, roadmap_id, key.title(), "IN_PROGRESS") for key in others[:1])
    )
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)

    async def later(coroutine: object) -> object:
        await asyncio.sleep(random.random() / 50)
        return await coroutine  # type: ignore[misc]

    *ticked, submitted = await asyncio.gather(
        *(later(set_node(ask, taker.viewer, roadmap_id, key.title(), "DONE")) for key in others),
        later(taker.submit(attempt_id)),
    )

    assert not ask.defects
    assert submitted["attempt"]["state"] == "GRADED"  # type: ignore[index]
    assert len(ticked) == 12
