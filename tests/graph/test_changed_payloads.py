"""Payloads: a mutation answers everything that it changed, read after its commit, and only what is asked for."""

from typing import Any

from domain.accounts.users import Role
from graph.schema import executable
from tests.builders.roadmaps import a_file, a_node, a_quiz_node
from tests.support.attempts import QuizTaker, a_quiz_taker
from tests.support.clients.roadmaps import NODES, enrol, publish_file
from tests.support.schema_client import Asker, needs_plans, viewer_of

CHANGES = "nodeChanges { completed { title } unlocked { title viewerState } locked { title } }"
VIEWER = (
    "viewer { user { level xpTotal } streak { current } levelProgress { xpTotal } "
    "dashboard { xpTotal totalQuizzes nodesCompleted streak { current } } }"
)


async def on_a_path(ask: Asker) -> tuple[QuizTaker, str]:
    """Enrol a learner in a roadmap whose node `Next` needs its quiz, and `Last` needs `Next`."""
    taker = await a_quiz_taker(ask)
    author = viewer_of(taker.quiz.author_id, Role.LEARNER, Role.AUTHOR)
    roadmap_id = await publish_file(
        ask,
        author,
        a_file(
            a_quiz_node("exam", quiz=taker.quiz.slug),
            a_node("next", "exam"),
            a_node("last", "next"),
        ),
    )
    await enrol(ask, taker.viewer, roadmap_id)
    return taker, roadmap_id


async def submit(ask: Asker, taker: QuizTaker, attempt_id: str, selection: str) -> dict[str, Any]:
    text = (
        "mutation ($input: SubmitQuizAttemptInput!) { submitQuizAttempt(input: $input) "
        f"{{ attempt {{ passed }} {selection} userErrors {{ ... on UserError {{ code }} }} }} }}"
    )
    given = {"attemptId": attempt_id, "idempotencyKey": "submit"}
    payload: dict[str, Any] = (await ask.data(text, taker.viewer, input=given))["submitQuizAttempt"]
    return payload


async def test_a_passed_quiz_brings_its_nodes_level_streak_and_dashboard(ask: Asker) -> None:
    taker, _ = await on_a_path(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)

    payload = await submit(ask, taker, attempt_id, f"{CHANGES} {VIEWER}")
    again = await submit(ask, taker, attempt_id, f"{CHANGES} {VIEWER}")

    assert payload["attempt"] == {"passed": True}
    assert payload["nodeChanges"] == {
        "completed": [{"title": "Exam"}],
        "unlocked": [{"title": "Next", "viewerState": "AVAILABLE"}],
        "locked": [],
    }
    viewer = payload["viewer"]
    assert viewer["dashboard"]["totalQuizzes"] == viewer["dashboard"]["nodesCompleted"] == 1
    assert viewer["streak"]["current"] == viewer["dashboard"]["streak"]["current"] == 1
    assert (
        viewer["user"]["xpTotal"] == viewer["levelProgress"]["xpTotal"] == viewer["dashboard"]["xpTotal"] > 25
    )
    assert again == payload


async def test_a_failed_quiz_changes_no_node(ask: Asker) -> None:
    taker, _ = await on_a_path(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id, wrong=3)

    payload = await submit(ask, taker, attempt_id, CHANGES)

    assert payload["nodeChanges"] == {"completed": [], "unlocked": [], "locked": []}


async def test_a_refused_submission_has_no_node_changes(ask: Asker) -> None:
    taker, _ = await on_a_path(ask)

    payload = await submit(ask, taker, taker.quiz.id, CHANGES)

    assert payload["nodeChanges"] is None
    assert [error["code"] for error in payload["userErrors"]] == ["INVALID_INPUT"]


@needs_plans
async def test_what_is_not_asked_for_costs_no_statement(ask: Asker) -> None:
    statements = []
    for selection in ("", CHANGES, VIEWER):
        taker = await a_quiz_taker(ask)
        attempt_id = await taker.start_attempt()
        await taker.answer_all(attempt_id)
        await submit(ask, taker, attempt_id, selection)
        statements.append(ask.statements)

    plain, with_nodes, with_viewer = statements
    assert plain == 3  # two and one for the questions, which were not graded before
    assert with_nodes == plain + 2  # the slug of the quiz, and its nodes: there are none
    assert plain < with_viewer <= plain + 5  # one for each of its fields, and one below the streak


async def test_a_node_brings_the_nodes_that_it_opens_and_closes(ask: Asker) -> None:
    taker, roadmap_id = await on_a_path(ask)
    attempt_id = await taker.start_attempt()
    await taker.answer_all(attempt_id)
    await submit(ask, taker, attempt_id, "")
    enrolment = (await ask.data(NODES, taker.viewer, id=roadmap_id))["roadmap"]["enrolment"]
    ids = {node["title"]: node["id"] for node in enrolment["pinnedVersion"]["nodes"]}
    text = (
        "mutation ($input: SetNodeStateInput!) { setNodeState(input: $input) "
        f"{{ {CHANGES} viewer {{ dashboard {{ nodesCompleted }} }} }} }}"
    )

    changes = []
    for state in ("DONE", "DONE", "AVAILABLE"):
        given = {"enrolmentId": enrolment["id"], "nodeId": ids["Next"], "state": state}
        payload = (await ask.data(text, taker.viewer, input=given))["setNodeState"]
        changes.append(payload["nodeChanges"] | payload["viewer"]["dashboard"])

    done, repeated, undone = changes
    last, following = [{"title": "Last"}], [{"title": "Last", "viewerState": "AVAILABLE"}]
    assert done == {
        "completed": [{"title": "Next"}],
        "unlocked": following,
        "locked": [],
        "nodesCompleted": 2,
    }
    assert repeated == {"completed": [], "unlocked": [], "locked": [], "nodesCompleted": 2}
    assert undone == {"completed": [], "unlocked": [], "locked": last, "nodesCompleted": 1}


def test_every_mutation_of_learning_brings_the_viewer() -> None:
    schema = executable()
    assert schema.mutation_type is not None
    without = {
        name
        for name, field in schema.mutation_type.fields.items()
        if "WRITE_LEARNING" in str(field.extensions) + str(field.ast_node)
        or name.endswith(("Goal", "QuizAttempt", "NodeState"))
        or name == "enrol"
        if "viewer" not in field.type.fields
    }

    assert without == set()
