"""Withdrawing and restoring through the schema: what stops, what goes on, and who is left with a way out."""

import json
from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from tests.builders import mint
from tests.builders.question_files import a_file as a_question_file
from tests.builders.question_files import a_question
from tests.builders.roadmaps import a_file, a_node, a_quiz_node
from tests.support.attempts import START, SUBMIT
from tests.support.clients.roadmaps import (
    ERRORS,
    IMPORT_QUESTIONS,
    QUIZ,
    WITHDRAW,
    enrol,
    import_file,
    import_quizzes,
    publish_file,
    set_node,
    withdraw,
)
from tests.support.schema_client import Asker

RESTORE_QUIZ = f"""
mutation ($id: ID!) {{ restoreQuiz(input: {{quizId: $id}}) {{ quiz {{ id withdrawnAt }} {ERRORS} }} }}
"""
ARCHIVE = (
    f"mutation ($id: ID!) {{ archiveRoadmap(input: {{roadmapId: $id}}) {{ roadmap {{ id }} {ERRORS} }} }}"
)
RESTORE = """
mutation ($id: ID!) { restoreRoadmap(input: {roadmapId: $id}) {
  roadmap { id title currentVersion { number publishedAt } }
  userErrors { __typename ... on UserError { code field } ... on UnsoundRoadmap { flaws { kind key } } }
} }
"""
LISTED = "{ quizzes { nodes { slug } } roadmaps { nodes { slug } } }"
LOG = "{ auditLog { nodes { action target } } }"
MINE = """
query ($id: ID!) { roadmap(by: {id: $id}) { currentVersion { number } enrolment {
  pinnedVersion { number } completedAt progress { percent }
} } }
"""


@pytest.fixture
async def author(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    await import_quizzes(ask, viewer, "tides")
    return viewer


@pytest.fixture
async def learner(ask: Asker) -> Viewer:
    _, viewer = await ask.learner()
    return viewer


async def listed(ask: Asker) -> dict[str, list[str]]:
    found = await ask.data(LISTED)
    return {name: [node["slug"] for node in page["nodes"]] for name, page in found.items()}


async def start(ask: Asker, viewer: Viewer, quiz_id: str) -> dict[str, Any]:
    given = {"quizId": quiz_id, "idempotencyKey": mint("key")}
    payload: dict[str, Any] = (await ask.data(START, viewer, input=given))["startQuizAttempt"]
    return payload


async def acts(ask: Asker) -> list[tuple[str, str]]:
    """Return kind and target of each act in the audit log, oldest first."""
    _, admin = await ask.learner(roles=[Role.ADMIN])
    entries = (await ask.data(LOG, admin))["auditLog"]["nodes"]
    return [(entry["action"], entry["target"]) for entry in reversed(entries)]


async def test_no_attempt_starts_at_a_withdrawn_quiz_which_is_found_but_not_listed(
    ask: Asker, author: Viewer, learner: Viewer
) -> None:
    quiz_id = await withdraw(ask, author, "tides")

    payload = await start(ask, learner, quiz_id)

    (error,) = payload["userErrors"]
    assert (error["code"], error["field"], "withdrawn" in error["message"]) == ("QUIZ_CLOSED", "quizId", True)
    assert (await listed(ask))["quizzes"] == []
    assert (await ask.data(QUIZ, slug="tides"))["quiz"]["withdrawnAt"] == "2026-03-02T09:00:00.000Z"
    assert await acts(ask) == [("QUIZ_WITHDRAWN", quiz_id)]


async def test_an_open_attempt_goes_on_and_counts(ask: Asker, author: Viewer, learner: Viewer) -> None:
    quiz_id = (await ask.data(QUIZ, slug="tides"))["quiz"]["id"]
    attempt_id = (await start(ask, learner, quiz_id))["attempt"]["id"]
    await withdraw(ask, author, "tides")

    again = await start(ask, learner, quiz_id)
    given = {"attemptId": attempt_id, "idempotencyKey": "k"}
    submitted = (await ask.data(SUBMIT, learner, input=given))["submitQuizAttempt"]

    assert (again["userErrors"], again["attempt"]["id"]) == ([], attempt_id)
    assert (submitted["userErrors"], submitted["attempt"]["state"]) == ([], "GRADED")
    assert (await start(ask, learner, quiz_id))["userErrors"][0]["code"] == "QUIZ_CLOSED"


async def test_a_restored_quiz_takes_attempts_and_each_act_is_told_once(
    ask: Asker, author: Viewer, learner: Viewer
) -> None:
    quiz_id = await withdraw(ask, author, "tides")
    first = (await ask.data(QUIZ, slug="tides"))["quiz"]["withdrawnAt"]
    ask.clock.forward(hours=1)
    again = (await ask.data(WITHDRAW, author, id=quiz_id))["archiveQuiz"]

    for _ in range(2):
        restored = (await ask.data(RESTORE_QUIZ, author, id=quiz_id))["restoreQuiz"]

    assert (again["userErrors"], again["quiz"]["withdrawnAt"]) == ([], first)
    assert restored == {"quiz": {"id": quiz_id, "withdrawnAt": None}, "userErrors": []}
    assert (await start(ask, learner, quiz_id))["userErrors"] == []
    assert (await listed(ask))["quizzes"] == ["tides"]
    assert await acts(ask) == [("QUIZ_WITHDRAWN", quiz_id), ("QUIZ_RESTORED", quiz_id)]


async def test_importing_a_withdrawn_quiz_again_changes_it_and_leaves_it_withdrawn(
    ask: Asker, author: Viewer
) -> None:
    quiz_id = await withdraw(ask, author, "tides")
    quiz = {"slug": "tides", "title": "Better tides", "questions": ["wet"]}
    file = a_question_file(questions=[a_question("wet", prompt="Is it wet?")], quizzes=[quiz])

    given = {"file": json.dumps(file), "idempotencyKey": "again"}
    report = (await ask.data(IMPORT_QUESTIONS, author, input=given))["importQuestions"]["report"]

    assert report["outcome"] == "STORED"
    assert [(loss["item"], "withdrawn" in loss["reason"]) for loss in report["losses"]] == [("tides", True)]
    found = await ask.data("query ($id: ID!) { quiz(by: {id: $id}) { title withdrawnAt } }", id=quiz_id)
    assert found["quiz"] == {"title": "Better tides", "withdrawnAt": "2026-03-02T09:00:00.000Z"}


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_file_whose_quiz_has_closed_already_is_refused(
    ask: Asker, author: Viewer, dry_run: bool
) -> None:
    quizzes = [
        {"slug": slug, "title": slug, "questions": ["wet"], "closesAt": closes_at}
        for slug, closes_at in (("past", "2026-03-02T09:00:00Z"), ("soon", "2026-03-02T09:00:01Z"))
    ]
    file = json.dumps(a_question_file(questions=[a_question("wet")], quizzes=quizzes))

    given = {"file": file, "idempotencyKey": "k", "dryRun": dry_run}
    payload = (await ask.data(IMPORT_QUESTIONS, author, input=given))["importQuestions"]

    assert payload["report"]["outcome"] == "REFUSED"
    assert [finding["item"] for finding in payload["report"]["refused"]] == ["past"]


async def test_what_is_stored_may_close_and_be_imported_again(ask: Asker, author: Viewer) -> None:
    quiz = {"slug": "soon", "title": "Soon", "questions": ["wet"], "closesAt": "2026-03-02T09:00:01Z"}
    file = json.dumps(a_question_file(questions=[a_question("wet")], quizzes=[quiz]))
    outcomes = []
    for key in ("one", "two"):
        given = {"file": file, "idempotencyKey": key}
        payload = (await ask.data(IMPORT_QUESTIONS, author, input=given))["importQuestions"]
        outcomes.append(payload["report"]["outcome"])
        ask.clock.forward(seconds=1)

    assert outcomes == ["STORED", "UNCHANGED"]


@pytest.mark.parametrize("how", ["withdrawn", "closed"])
async def test_a_node_whose_quiz_nobody_can_start_is_done_by_hand(
    ask: Asker, author: Viewer, learner: Viewer, how: str
) -> None:
    await import_quizzes(ask, author, "soon", closesAt="2026-03-02T09:30:00Z")
    slug = "tides" if how == "withdrawn" else "soon"
    nodes = [a_node("knots"), a_quiz_node("exam", "knots", quiz=slug)]
    roadmap_id = await publish_file(ask, author, a_file(*nodes))
    await enrol(ask, learner, roadmap_id)
    (locked,) = (await set_node(ask, learner, roadmap_id, "Exam", "DONE"))["userErrors"]
    await set_node(ask, learner, roadmap_id, "Knots", "DONE")
    (refused,) = (await set_node(ask, learner, roadmap_id, "Exam", "DONE"))["userErrors"]
    if how == "withdrawn":
        await withdraw(ask, author, "tides")
    ask.clock.forward(minutes=30)

    payload = await set_node(ask, learner, roadmap_id, "Exam", "DONE")

    assert [locked["code"], refused["code"]] == ["NODE_LOCKED", "NODE_COMPLETED_BY_QUIZ"]
    assert payload["userErrors"] == []
    assert payload["enrolment"]["progress"]["percent"] == 100


async def test_a_draft_whose_quiz_was_withdrawn_meanwhile_is_not_published(
    ask: Asker, author: Viewer
) -> None:
    file = a_file(a_quiz_node("exam", quiz="tides"))
    roadmap_id = (await import_file(ask, author, file))["roadmap"]["id"]
    await withdraw(ask, author, "tides")

    document = """mutation ($id: ID!) { publishRoadmap(input: {roadmapId: $id}) {
      userErrors { ... on UnsoundRoadmap { flaws { kind key } } } } }"""
    payload = (await ask.data(document, author, id=roadmap_id))["publishRoadmap"]

    assert payload["userErrors"] == [{"flaws": [{"kind": "WITHDRAWN_QUIZ", "key": "exam"}]}]


async def test_a_restored_roadmap_is_what_it_was_and_no_enrolment_is_lost(
    ask: Asker, author: Viewer, learner: Viewer
) -> None:
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots")))
    await publish_file(ask, author, a_file(a_node("knots"), a_node("sails"), title="Second"), key="two")
    await enrol(ask, learner, roadmap_id)
    await set_node(ask, learner, roadmap_id, "Knots", "DONE")
    before = await ask.data(MINE, learner, id=roadmap_id)
    ask.clock.forward(hours=1)
    await ask.data(ARCHIVE, author, id=roadmap_id)
    assert (await listed(ask))["roadmaps"] == []
    await import_file(ask, author, a_file(a_node("tides"), title="A draft"), key="three")

    for _ in range(2):
        payload = (await ask.data(RESTORE, author, id=roadmap_id))["restoreRoadmap"]

    version = {"number": 2, "publishedAt": "2026-03-02T09:00:00.000Z"}
    assert payload["roadmap"] == {"id": roadmap_id, "title": "Second", "currentVersion": version}
    assert payload["userErrors"] == []
    assert (await listed(ask))["roadmaps"] == ["sailing"]
    assert await ask.data(MINE, learner, id=roadmap_id) == before
    assert await acts(ask) == [("ROADMAP_ARCHIVED", roadmap_id), ("ROADMAP_RESTORED", roadmap_id)]


async def test_a_roadmap_that_was_never_published_has_nothing_to_restore(ask: Asker, author: Viewer) -> None:
    roadmap_id = (await import_file(ask, author, a_file(a_node("knots"))))["roadmap"]["id"]
    await ask.data(ARCHIVE, author, id=roadmap_id)

    payload = (await ask.data(RESTORE, author, id=roadmap_id))["restoreRoadmap"]

    assert payload["userErrors"] == [
        {"__typename": "NothingToRestore", "code": "NOTHING_TO_RESTORE", "field": "roadmapId"}
    ]
    assert await acts(ask) == []


async def test_a_roadmap_whose_quiz_was_withdrawn_is_restored_after_the_quiz(
    ask: Asker, author: Viewer
) -> None:
    roadmap_id = await publish_file(ask, author, a_file(a_quiz_node("exam", quiz="tides")))
    await ask.data(ARCHIVE, author, id=roadmap_id)
    quiz_id = await withdraw(ask, author, "tides")

    refused = (await ask.data(RESTORE, author, id=roadmap_id))["restoreRoadmap"]
    await ask.data(RESTORE_QUIZ, author, id=quiz_id)
    restored = (await ask.data(RESTORE, author, id=roadmap_id))["restoreRoadmap"]

    assert refused["userErrors"][0]["flaws"] == [{"kind": "WITHDRAWN_QUIZ", "key": "exam"}]
    assert (restored["userErrors"], restored["roadmap"]["currentVersion"]["number"]) == ([], 1)
