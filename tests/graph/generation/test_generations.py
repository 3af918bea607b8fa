"""Generations through the schema: jobs that end in drafts, parts that are written once more, and ratings."""

from typing import Any

import pytest

from domain.content.question_kinds.table import QuestionKind
from domain.content.quizzes import Feedback
from domain.generation import written_quizzes
from domain.generation.generation_starts import MOST_QUESTIONS
from domain.unit_of_work import Meter
from gateway.jobs.areas import generation_handlers
from gateway.jobs.handlers import JobContext
from tests.support.accounts import accepted, refusal
from tests.support.attempts import a_quiz_taker
from tests.support.clients.generation import (
    TEXT,
    an_author,
    read,
    rows,
    run_generations,
    started,
    written,
)
from tests.support.clients.quality import arguments_of
from tests.support.schema_client import Asker

ROADMAP = {"topic": "Rust for web developers", "hoursPerWeek": 4}
QUIZ = {"source": {"text": TEXT}, "count": 4}


async def test_a_roadmap_ends_in_a_private_draft_that_can_be_published(ask: Asker) -> None:
    author = await an_author(ask)

    generation = await written(ask, author, "generateRoadmap", level="ADVANCED", goal="A server.", **ROADMAP)

    draft = generation["roadmapVersion"]
    assert (draft["state"], draft["visibility"], draft["validation"]) == ("DRAFT", "PRIVATE", [])
    assert draft["title"] == ROADMAP["topic"]
    assert "A server." in draft["description"]
    assert {node["difficulty"] for node in draft["nodesConnection"]["nodes"]} == {"HARD"}
    assert (generation["model"], generation["prompt"], generation["promptVersion"]) == (
        "offline-author",
        "roadmap",
        1,
    )


@pytest.mark.parametrize("source", ["text", "examType", "roadmapNode"])
async def test_a_quiz_from_each_source_ends_in_a_sound_draft(ask: Asker, source: str) -> None:
    author = await an_author(ask)
    values = {"text": TEXT, "examType": "general"}
    if source == "roadmapNode":
        roadmap = await written(ask, author, "generateRoadmap", key="roadmap", **ROADMAP)
        values["roadmapNode"] = roadmap["roadmapVersion"]["nodesConnection"]["nodes"][0]["id"]

    generation = await written(
        ask,
        author,
        "generateQuiz",
        source={source: values[source]},
        count=len(QuestionKind),
        kinds=[kind.name for kind in QuestionKind],
        difficulty="HARD",
    )

    draft = generation["quizDraft"]
    assert draft["validation"] == []
    assert {question["kind"] for question in draft["questions"]} == {kind.name for kind in QuestionKind}
    assert all(question["provenance"]["reviewedAt"] is None for question in draft["questions"])
    assert generation["quiz"] is None
    given = {"draftId": draft["id"], "version": draft["version"]}
    published = await accepted(ask, author, "publishQuiz", "quiz { id title }", **given)
    found = await read(ask, author, generation["id"])
    assert (found["quizDraft"], found["quiz"]) == (None, published["quiz"])


async def test_the_same_key_starts_one_job(ask: Asker) -> None:
    author = await an_author(ask)

    once, again = [await started(ask, author, "generateRoadmap", **ROADMAP) for _ in range(2)]

    assert once["id"] == again["id"]
    assert len(await run_generations(ask)) == 1
    other = {**ROADMAP, "topic": "Another"}
    assert (await refusal(ask, author, "generateRoadmap", idempotencyKey="one", **other))[0] == (
        "IdempotencyKeyReused"
    )


async def test_a_job_that_runs_again_stores_nothing_twice(ask: Asker) -> None:
    author = await an_author(ask)
    generation = await written(ask, author, "generateQuiz", **QUIZ)
    before = await rows(ask, "SELECT id FROM questions ORDER BY id")

    async with ask.postgres.open_work(Meter()) as work:
        (job,) = await work.jobs.by_ids([generation["job"]["id"]], viewer_id=None, sees_all=True)
    result = await generation_handlers.generate_quiz(JobContext(job, ask.ports), arguments_of(job))

    assert result == {"draft": generation["quizDraft"]["id"]}

    assert await rows(ask, "SELECT id FROM questions ORDER BY id") == before
    assert (await read(ask, author, generation["id"]))["state"] == "READY"


async def test_bad_input_is_refused_and_starts_nothing(ask: Asker) -> None:
    author = await an_author(ask)
    refused = {
        "topic": ("generateRoadmap", {**ROADMAP, "topic": "x" * 100_000}),
        "hoursPerWeek": ("generateRoadmap", {**ROADMAP, "hoursPerWeek": 0}),
        "goal": ("generateRoadmap", {**ROADMAP, "goal": "x" * 1_001}),
        "source": ("generateQuiz", {**QUIZ, "source": {"text": "x" * 100_000}}),
        "count": ("generateQuiz", {**QUIZ, "count": MOST_QUESTIONS + 1}),
        "kinds": ("generateQuiz", {**QUIZ, "kinds": []}),
        "examType": ("generateQuiz", {**QUIZ, "examType": "unknown"}),
    }

    for field, (mutation, given) in refused.items():
        assert await refusal(ask, author, mutation, idempotencyKey="k", **given) == ("InvalidInput", field)

    assert await rows(ask, "SELECT id FROM jobs") == []
    assert await refusal(ask, author, "generateQuiz", idempotencyKey="k", source={"text": "\x07" * 50}) == (
        "InvalidInput",
        "source",
    )


async def test_one_node_is_written_once_more_and_all_else_stays(ask: Asker) -> None:
    author = await an_author(ask)
    whole = await written(ask, author, "generateRoadmap", **ROADMAP)
    version = whole["roadmapVersion"]

    part = await written(
        ask,
        author,
        "regeneratePart",
        key="part",
        generationId=whole["id"],
        part="practice",
        version=version["revision"],
    )

    before = {node["id"]: node for node in version["nodesConnection"]["nodes"]}
    after = {node["id"]: node for node in part["roadmapVersion"]["nodesConnection"]["nodes"]}
    (changed,) = [id_ for id_ in before if before[id_] != after[id_]]
    assert before.keys() == after.keys()
    assert before[changed]["title"].startswith("Practice")
    assert part["roadmapVersion"]["revision"] == version["revision"] + 1


async def test_one_question_is_written_once_more(ask: Asker) -> None:
    author = await an_author(ask)
    whole = await written(ask, author, "generateQuiz", kinds=["CLOZE", "TRUE_FALSE"], **QUIZ)
    draft = whole["quizDraft"]
    second = draft["questions"][1]

    part = await written(
        ask,
        author,
        "regeneratePart",
        key="part",
        generationId=whole["id"],
        part=second["id"],
        version=draft["version"],
    )

    questions = part["quizDraft"]["questions"]
    assert [q["id"] for q in questions[:1] + questions[2:]] == [
        q["id"] for q in draft["questions"][:1] + draft["questions"][2:]
    ]
    assert questions[1]["kind"] == second["kind"]
    assert questions[1]["prompt"] != second["prompt"]
    assert questions[1]["provenance"]["reviewedAt"] is None


async def test_a_part_of_a_draft_that_was_edited_meanwhile_is_not_replaced(ask: Asker) -> None:
    author = await an_author(ask)
    whole = await written(ask, author, "generateRoadmap", **ROADMAP)
    revision = whole["roadmapVersion"]["revision"]
    part = await started(
        ask, author, "regeneratePart", "part", generationId=whole["id"], part="practice", version=revision
    )
    edit = {"versionId": whole["roadmapVersion"]["id"], "revision": revision}
    await accepted(ask, author, "editRoadmapDraft", operations=[{"describe": {"title": "Mine"}}], **edit)

    with pytest.raises(Exception, match="revision"):
        await run_generations(ask)

    assert (await read(ask, author, part["id"]))["state"] == "WORKING"
    assert (await read(ask, author, whole["id"]))["roadmapVersion"]["title"] == "Mine"


async def test_learners_and_others_start_and_see_nothing(ask: Asker) -> None:
    author = await an_author(ask)
    other = await an_author(ask)
    _, learner = await ask.learner()
    generation = await written(ask, author, "generateRoadmap", **ROADMAP)

    assert await read(ask, other, generation["id"]) is None
    response = await ask(
        "mutation ($input: GenerateRoadmapInput!) { generateRoadmap(input: $input) { __typename } }",
        learner,
        input={**ROADMAP, "idempotencyKey": "k"},
    )
    assert response["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await refusal(
        ask,
        other,
        "regeneratePart",
        idempotencyKey="k",
        generationId=generation["id"],
        part="practice",
        version=1,
    ) == ("NotFound", "generationId")


async def test_the_list_filters_by_kind_and_state(ask: Asker) -> None:
    author = await an_author(ask)
    await written(ask, author, "generateRoadmap", **ROADMAP)
    await started(ask, author, "generateQuiz", **QUIZ)
    text = """query ($kind: GenerationKind, $state: GenerationState) { viewer {
      generations(kind: $kind, state: $state) { nodes { kind state } } } }"""

    async def listed(**asked: str) -> list[tuple[str, str]]:
        nodes = (await ask.data(text, author, **asked))["viewer"]["generations"]["nodes"]
        return [(node["kind"], node["state"]) for node in nodes]

    assert await listed() == [("QUIZ", "WORKING"), ("ROADMAP", "READY")]
    assert await listed(kind="ROADMAP") == [("ROADMAP", "READY")]
    assert await listed(state="WORKING") == [("QUIZ", "WORKING")]


async def test_a_cancelled_job_is_a_cancelled_generation(ask: Asker) -> None:
    author = await an_author(ask)
    generation = await started(ask, author, "generateQuiz", **QUIZ)

    await accepted(ask, author, "cancelJob", id=generation["job"]["id"])

    assert (await read(ask, author, generation["id"]))["state"] == "CANCELLED"
    assert await run_generations(ask) == []


async def test_an_answer_is_explained_once_its_attempt_is_closed(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    given = {"attemptId": attempt_id, "slot": 1}
    assert (await refusal(ask, taker.viewer, "explainAnswer", idempotencyKey="k", **given))[
        0
    ] == "NotRevealed"
    await taker.answer_all(attempt_id, wrong=1)
    await taker.submit(attempt_id)

    generation = await written(ask, taker.viewer, "explainAnswer", **given)

    explanation = generation["explanation"]
    assert taker.questions[0].prompt in explanation["text"]
    assert taker.keys[0].explanation in explanation["text"]
    again = await started(ask, taker.viewer, "explainAnswer", "another", **given)
    assert again["id"] == generation["id"]


async def test_an_explanation_is_hidden_while_an_open_attempt_asks_the_question(ask: Asker) -> None:
    taker = await a_quiz_taker(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)
    await taker.submit(attempt_id)
    generation = await written(ask, taker.viewer, "explainAnswer", attemptId=attempt_id, slot=1)

    ask.clock.forward(hours=1)
    second = await taker.start_attempt("second")

    assert (await read(ask, taker.viewer, generation["id"]))["explanation"]["text"] is None
    refused = await refusal(
        ask, taker.viewer, "explainAnswer", idempotencyKey="k", attemptId=attempt_id, slot=2
    )
    assert refused[0] == "NotRevealed"
    await taker.abandon(second)
    assert (await read(ask, taker.viewer, generation["id"]))["explanation"]["text"]


async def test_an_attempt_that_shows_the_score_only_is_not_explained(ask: Asker) -> None:
    taker = await a_quiz_taker(ask, feedback=Feedback.SCORE_ONLY)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)
    await taker.submit(attempt_id)

    refused = await refusal(
        ask, taker.viewer, "explainAnswer", idempotencyKey="k", attemptId=attempt_id, slot=1
    )

    assert refused == ("NotRevealed", "slot")


async def test_many_questions_are_stored_with_the_statements_of_one(
    ask: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    author = await an_author(ask)
    store = written_quizzes.store_quiz
    counts = []

    async def counted(work: Any, *given: Any) -> Any:
        before = work.connection._meter.statements
        result = await store(work, *given)
        counts.append(work.connection._meter.statements - before)
        return result

    monkeypatch.setattr(written_quizzes, "store_quiz", counted)
    few = await written(ask, author, "generateQuiz", "few", source={"text": TEXT}, count=1)
    many = await written(ask, author, "generateQuiz", "many", source={"text": TEXT}, count=8)

    assert [len(each["quizDraft"]["questions"]) for each in (few, many)] == [1, 8]
    assert counts[0] == counts[1] > 0


async def test_a_changed_rating_is_the_newest(ask: Asker) -> None:
    author = await an_author(ask)
    quiz = await written(ask, author, "generateQuiz", **QUIZ)
    first, second = [question["id"] for question in quiz["quizDraft"]["questions"]][:2]

    for target, reason in ((first, "Too easy."), (second, "Good."), (first, "Good too.")):
        await accepted(ask, author, "rateGeneratedContent", target=target, isHelpful=True, reason=reason)

    nodes = (await read(ask, author, quiz["id"]))["feedbackReasons"]["nodes"]
    assert [node["reason"] for node in nodes] == ["Good too.", "Good."]


async def test_ratings_are_one_a_user_and_shown_to_the_author_without_names(ask: Asker) -> None:
    author = await an_author(ask)
    quiz = await written(ask, author, "generateQuiz", **QUIZ)
    question = quiz["quizDraft"]["questions"][0]["id"]
    _, stranger = await ask.learner()
    rate = {"target": question, "isHelpful": False, "reason": "Too easy."}

    await accepted(ask, author, "rateGeneratedContent", **rate)
    await accepted(ask, author, "rateGeneratedContent", **(rate | {"isHelpful": True, "reason": "Good."}))

    found = await read(ask, author, quiz["id"])
    assert found["feedback"] == {"helpful": 1, "unhelpful": 0}
    assert found["feedbackReasons"]["nodes"] == [{"target": question, "isHelpful": True, "reason": "Good."}]
    assert await refusal(ask, stranger, "rateGeneratedContent", **rate) == ("NotFound", "target")
    assert await refusal(ask, author, "rateGeneratedContent", **(rate | {"target": "quiz_1"})) == (
        "InvalidInput",
        "target",
    )
