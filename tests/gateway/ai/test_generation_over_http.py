"""Generation asks real servers: no key of an open attempt reaches them, and what they answer is judged and counted."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from domain.ai.quotas import AiQuotas
from domain.content.question_kinds.table import QuestionKind
from domain.job_table import KINDS
from domain.jobs import job_runs
from domain.jobs.jobs import Job
from domain.unit_of_work import Meter
from gateway.jobs.handler_table import HANDLERS
from gateway.jobs.handlers import JobContext
from tests.builders.attempts import secrets_of
from tests.gateway.ai.conftest import PATIENT, AiWorld
from tests.support.accounts import accepted
from tests.support.ai_server import HALF_JSON, HTML, SILENT, Reply, answers
from tests.support.attempts import a_quiz_taker
from tests.support.clients.generation import TEXT, an_author, read, rows, started
from tests.support.clients.quality import arguments_of

ROADMAP = {"topic": "Sailing", "hoursPerWeek": 2}
LIMIT, AT_ONCE = 7, 50
STEPS = [
    {"key": key, "title": key.title(), "description": "", "kind": "CONCEPT", "needs": []}
    for key in ("a", "b", "c")
]
SOUND = answers({"title": "Sailing", "description": "", "nodes": STEPS})
CYCLE = answers(
    {
        "title": "Sailing",
        "description": "",
        "nodes": [step | {"needs": ["b" if step["key"] == "a" else "a"]} for step in STEPS],
    }
)


async def begun(world: AiWorld) -> list[Job]:
    """Begin all jobs that wait, oldest first."""
    found = []
    for row in await rows(world.ask, "SELECT id, entry_id FROM jobs WHERE state = 'QUEUED' ORDER BY id"):
        async with world.ask.postgres.open_work(Meter()) as work:
            job = await work.runs.begin(row["id"], entry_id=row["entry_id"], now=world.ask.clock())
        assert job is not None
        found.append(job)
    return found


async def run(world: AiWorld, job: Job) -> None:
    """Run a job as a worker does: what it raises is stored."""
    try:
        await HANDLERS[job.kind].run(JobContext(job, world.ask.ports), arguments_of(job))
    except Exception as error:  # noqa: BLE001 - as the executor of jobs
        async with world.ask.postgres.open_work(Meter()) as work:
            await job_runs.fail(
                work, KINDS[job.kind], job, error, now=world.ask.clock(), fraction=lambda: 0.0
            )


async def ended(world: AiWorld, author: Viewer, generation_id: str) -> dict[str, Any]:
    """Run all jobs, and return a generation."""
    for job in await begun(world):
        await run(world, job)
    return await read(world.ask, author, generation_id)


async def test_no_question_no_key_and_no_address_is_sent(world: AiWorld) -> None:
    ask = world.ask
    ask.ports.assistant = world.assistant()
    taker = await a_quiz_taker(ask, *QuestionKind)
    await taker.start_attempt()
    (row,) = await rows(
        ask,
        "SELECT e.code, e.name FROM exam_types e JOIN quizzes z ON z.exam_type_id = e.id WHERE z.id = $1",
        taker.quiz.id,
    )
    author = await an_author(ask)
    user, own = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    world.main.usual = SOUND

    for number, viewer in enumerate((author, own)):
        await started(
            ask,
            viewer,
            "generateQuiz",
            f"q{number}",
            source={"examType": row["code"]},
            kinds=[k.name for k in QuestionKind],
        )
        await started(ask, viewer, "generateRoadmap", f"r{number}", goal="To sail.", **ROADMAP)
    for job in await begun(world):
        await run(world, job)

    sent = world.main.prompts
    assert row["name"] in sent
    assert "To sail." in sent
    for question, key in zip(taker.questions, taker.keys, strict=True):
        assert json.dumps(question.prompt)[1:-1] not in sent
        for secret in secrets_of(key) - {""}:
            assert len(secret) < 4 or json.dumps(secret)[1:-1] not in sent
        for option in question.options:
            assert json.dumps(option.text)[1:-1] not in sent
    addresses = await rows(ask, "SELECT email, handle FROM users")
    assert not [row["email"] for row in addresses if row["email"] in sent]
    assert user.handle not in sent


@pytest.mark.parametrize("wrong", [HALF_JSON, CYCLE, answers({"nodes": []}), Reply("no JSON at all")])
async def test_a_wrong_answer_is_asked_for_once_more_and_a_right_one_is_stored(
    world: AiWorld, wrong: Reply
) -> None:
    world.ask.ports.assistant = world.assistant()
    author = await an_author(world.ask)
    generation = await started(world.ask, author, "generateRoadmap", **ROADMAP)
    world.main.will(wrong, SOUND)

    found = await ended(world, author, generation["id"])

    assert found["state"] == "READY"
    assert found["roadmapVersion"]["validation"] == []
    assert len(world.main.requests) == 2


async def test_an_answer_that_is_wrong_twice_fails_with_the_reason_and_stores_nothing(world: AiWorld) -> None:
    world.ask.ports.assistant = world.assistant()
    author = await an_author(world.ask)
    generation = await started(world.ask, author, "generateRoadmap", **ROADMAP)
    world.main.will(CYCLE, CYCLE)

    found = await ended(world, author, generation["id"])

    assert found["state"] == "FAILED"
    assert found["error"].startswith("The language model answered twice")
    assert "these steps need each other: a -> b -> a" in found["error"]
    assert await rows(world.ask, "SELECT 1 FROM roadmaps") == []


async def test_a_quiz_with_a_wrong_question_is_refused_as_a_whole(world: AiWorld) -> None:
    world.ask.ports.assistant = world.assistant()
    author = await an_author(world.ask)
    question = {
        "kind": "SINGLE_CHOICE",
        "domain": "1.1",
        "prompt": "Which?",
        "explanation": "",
        "options": [{"text": "a", "correct": True}, {"text": "b", "correct": True}],
    }
    generation = await started(world.ask, author, "generateQuiz", source={"text": TEXT}, count=1)
    world.main.will(answers({"questions": [question]}), answers({"questions": [question]}))

    found = await ended(world, author, generation["id"])

    assert (found["state"], found["quizDraft"]) == ("FAILED", None)
    assert "A single choice must have one right option" in found["error"]
    assert await rows(world.ask, "SELECT 1 FROM questions") == []


async def test_html_of_a_provider_is_tried_again_later(world: AiWorld) -> None:
    world.ask.ports.assistant = world.assistant(models=world.models[:1])
    author = await an_author(world.ask)
    generation = await started(world.ask, author, "generateRoadmap", **ROADMAP)
    world.main.usual = HTML

    found = await ended(world, author, generation["id"])

    assert found["state"] in {"WORKING", "FAILED"}
    assert await rows(world.ask, "SELECT 1 FROM roadmaps") == []


async def test_fifty_at_once_at_the_quota_are_exactly_the_quota(world: AiWorld) -> None:
    quotas = AiQuotas(
        requests={Role.LEARNER: LIMIT, Role.AUTHOR: LIMIT},
        tokens={Role.LEARNER: 10**9, Role.AUTHOR: 10**9},
        per_minute=10_000,
    )
    world.ask.ports.assistant = world.assistant(quotas=quotas)
    author = await an_author(world.ask)
    for number in range(AT_ONCE):
        await started(world.ask, author, "generateRoadmap", f"k{number}", **ROADMAP)
    world.main.usual = SOUND

    await asyncio.gather(*(run(world, job) for job in await begun(world)))

    text = "query { viewer { generations(first: 50) { nodes { state error } } } }"
    nodes = (await world.ask.data(text, author))["viewer"]["generations"]["nodes"]
    assert [node["state"] for node in nodes].count("READY") == LIMIT
    failed = [node["error"] for node in nodes if node["state"] == "FAILED"]
    assert len(failed) == AT_ONCE - LIMIT
    assert all(failed)
    assert len(await rows(world.ask, "SELECT 1 FROM roadmaps")) == LIMIT


async def test_a_cancelled_job_ends_the_request_and_stores_nothing(world: AiWorld) -> None:
    world.ask.ports.assistant = world.assistant()
    author = await an_author(world.ask)
    generation = await started(world.ask, author, "generateRoadmap", **ROADMAP)
    world.main.usual = world.second.usual = SILENT
    (job,) = await begun(world)
    task = asyncio.create_task(run(world, job))
    while not world.main.requests:
        await asyncio.sleep(0.01)

    await accepted(world.ask, author, "cancelJob", id=generation["job"]["id"])
    task.cancel()

    await asyncio.wait_for(world.main.disconnected.wait(), timeout=5)
    await asyncio.gather(task, return_exceptions=True)
    assert (await read(world.ask, author, generation["id"]))["state"] == "CANCELLED"
    assert await rows(world.ask, "SELECT 1 FROM roadmaps") == []


async def test_an_answer_that_comes_after_the_cancellation_is_not_stored(world: AiWorld) -> None:
    world.ask.ports.assistant = world.assistant()
    author = await an_author(world.ask)
    generation = await started(world.ask, author, "generateRoadmap", **ROADMAP)
    world.main.usual = SOUND
    (job,) = await begun(world)
    await accepted(world.ask, author, "cancelJob", id=generation["job"]["id"])

    await run(world, job)

    assert (await read(world.ask, author, generation["id"]))["state"] == "CANCELLED"
    assert await rows(world.ask, "SELECT 1 FROM roadmaps") == []


async def test_an_explanation_is_not_asked_for_again_once_an_attempt_asks_the_question(
    world: AiWorld,
) -> None:
    ask = world.ask
    ask.ports.assistant = world.assistant(patience=replace(PATIENT, silence_s=2))
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.submit(attempt_id)
    given = {"attemptId": attempt_id, "slot": 1}
    generation = await started(ask, taker.viewer, "explainAnswer", "k", **given)
    world.main.usual = world.second.usual = SILENT
    (job,) = await begun(world)

    asking = asyncio.create_task(run(world, job))
    while not world.main.requests:
        await asyncio.sleep(0.01)
    await taker.start_attempt("again")
    await asking

    assert len(world.main.requests) == 1
    assert world.second.requests == []
    assert (await read(ask, taker.viewer, generation["id"]))["explanation"] is None
