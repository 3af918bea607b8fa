"""Starting generations: keys that are sent again, explanations after a regrade, and used up quotas."""

from dataclasses import replace

import pytest

from domain.accounts.users import Role
from domain.content.answers import Answer
from domain.unit_of_work import Meter
from tests.support.accounts import accepted, refusal
from tests.support.assistants import PLENTY
from tests.support.attempts import a_quiz_taker
from tests.support.clients.generation import TEXT, an_author, rows, started, written
from tests.support.clients.quality import author_of, run_jobs
from tests.support.schema_client import Asker

NOTHING = replace(PLENTY, requests=dict.fromkeys(Role, 0))
ROADMAP = {"topic": "Sailing", "hoursPerWeek": 4}
QUIZ = {"source": {"text": TEXT}, "count": 3}


async def test_a_key_returns_its_regeneration_after_the_part_is_gone(ask: Asker) -> None:
    author = await an_author(ask)
    whole = await written(ask, author, "generateQuiz", **QUIZ)
    draft = whole["quizDraft"]
    given = {
        "generationId": whole["id"],
        "part": draft["questions"][1]["id"],
        "version": draft["version"],
    }
    first = await written(ask, author, "regeneratePart", "part", **given)

    again = await started(ask, author, "regeneratePart", "part", **given)

    assert again["id"] == first["id"]
    other = await refusal(ask, author, "regeneratePart", idempotencyKey="other", **given)
    assert other == ("InvalidInput", "part")


async def test_a_refused_request_leaves_its_key_free(ask: Asker) -> None:
    author = await an_author(ask)
    whole = await written(ask, author, "generateQuiz", **QUIZ)
    given = {"generationId": whole["id"], "version": whole["quizDraft"]["version"]}

    assert await refusal(ask, author, "regeneratePart", idempotencyKey="k", part="none", **given) == (
        "InvalidInput",
        "part",
    )

    part = whole["quizDraft"]["questions"][0]["id"]
    assert await started(ask, author, "regeneratePart", "k", part=part, **given)


@pytest.mark.parametrize("operation", ["generateRoadmap", "generateQuiz"])
async def test_a_stale_version_is_refused_before_a_model_is_asked(ask: Asker, operation: str) -> None:
    author = await an_author(ask)
    whole = await written(ask, author, operation, **(QUIZ if operation == "generateQuiz" else ROADMAP))
    draft, revised = whole["quizDraft"], whole["roadmapVersion"]
    part, version = (
        (draft["questions"][0]["id"], draft["version"]) if draft else ("practice", revised["revision"])
    )
    given = {"idempotencyKey": "k", "generationId": whole["id"], "part": part}

    refused = await refusal(ask, author, "regeneratePart", version=version + 1, **given)

    assert refused == ("InvalidInput", "version")
    assert await rows(ask, "SELECT 1 FROM jobs WHERE state = 'QUEUED'") == []


async def test_a_slot_that_the_attempt_does_not_have_is_named(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.submit(attempt_id)
    given = {"idempotencyKey": "k", "attemptId": attempt_id, "slot": len(taker.questions) + 1}

    refused = await refusal(ask, taker.viewer, "explainAnswer", **given)

    assert refused == ("InvalidInput", "slot")


async def test_a_key_returns_its_quiz_after_the_exam_type_is_gone(ask: Asker) -> None:
    author = await an_author(ask)
    first = await started(ask, author, "generateQuiz", source={"examType": "general"})
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute("UPDATE exam_types SET code = 'other'")

    again = await started(ask, author, "generateQuiz", source={"examType": "general"})

    assert again["id"] == first["id"]
    new = {"source": {"examType": "general"}, "idempotencyKey": "new"}
    assert await refusal(ask, author, "generateQuiz", **new) == ("InvalidInput", "source")


async def test_an_answer_is_explained_anew_after_a_regrade(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    for number in range(1, 6):
        ask.clock.forward(seconds=10)
        await taker.answer(attempt_id, number, Answer(truth=False))
    await taker.submit(attempt_id)
    given = {"attemptId": attempt_id, "slot": 1}
    before = await written(ask, taker.viewer, "explainAnswer", **given)
    untouched = await written(ask, taker.viewer, "explainAnswer", "two", attemptId=attempt_id, slot=2)
    ask.clock.forward(hours=1)
    key = {"id": taker.questions[0].id, "version": 1, "key": {"truth": False}}
    await accepted(ask, author_of(taker), "updateQuestion", **key)
    newest = (await rows(ask, "SELECT id FROM questions WHERE version = 2"))[0]["id"]
    await accepted(ask, author_of(taker), "regradeQuestion", questionId=newest)
    await run_jobs(ask, "regrade_question")
    ask.clock.forward(hours=1)

    after = await written(ask, taker.viewer, "explainAnswer", "after", **given)

    assert after["id"] != before["id"]
    assert after["explanation"]["id"] == before["explanation"]["id"]
    assert after["explanation"]["text"] != before["explanation"]["text"]
    assert (await started(ask, taker.viewer, "explainAnswer", "last", **given))["id"] == after["id"]
    assert (await started(ask, taker.viewer, "explainAnswer", "one", **given))["id"] == before["id"]
    slot_2 = await started(ask, taker.viewer, "explainAnswer", "more", attemptId=attempt_id, slot=2)
    assert slot_2["id"] == untouched["id"]


@pytest.mark.parametrize("operation", ["generateRoadmap", "generateQuiz", "regeneratePart"])
async def test_a_used_up_quota_starts_nothing(ask: Asker, operation: str) -> None:
    author = await an_author(ask)
    whole = await written(ask, author, "generateQuiz", "whole", **QUIZ)
    part = {"part": whole["quizDraft"]["questions"][0]["id"], "version": whole["quizDraft"]["version"]}
    given = {
        "generateRoadmap": ROADMAP,
        "generateQuiz": QUIZ,
        "regeneratePart": {"generationId": whole["id"], **part},
    }[operation]
    running = await started(ask, author, operation, "running", **given)
    ask.ports.assistant = replace(ask.ports.assistant, quotas=NOTHING)  # type: ignore[type-var]

    refused = await refusal(ask, author, operation, idempotencyKey="new", **given)

    assert refused[0] == "AiQuotaReached"
    assert (await started(ask, author, operation, "running", **given))["id"] == running["id"]


async def test_a_used_up_quota_explains_nothing_new(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)
    await taker.submit(attempt_id)
    known = await written(ask, taker.viewer, "explainAnswer", attemptId=attempt_id, slot=1)
    ask.ports.assistant = replace(ask.ports.assistant, quotas=NOTHING)  # type: ignore[type-var]

    given = {"idempotencyKey": "k", "attemptId": attempt_id, "slot": 2}
    assert (await refusal(ask, taker.viewer, "explainAnswer", **given))[0] == "AiQuotaReached"

    again = await started(ask, taker.viewer, "explainAnswer", "again", attemptId=attempt_id, slot=1)
    assert again["id"] == known["id"]
