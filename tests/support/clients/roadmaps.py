"""Roadmaps, quizzes and enrolments through the schema in tests: documents and steps."""

import json
from typing import Any

from domain.accounts.users import Viewer
from tests.builders import mint, question_files
from tests.builders.question_files import a_question
from tests.support.schema_client import Asker

ERRORS = "userErrors { __typename ... on UserError { code field message } }"
REPORT = "report { format outcome accepted refused { line item reason } losses { line item reason } }"
IMPORT = f"""
mutation ($input: ImportRoadmapInput!) {{
  importRoadmap(input: $input) {{
    roadmap {{ id slug title currentVersion {{ id }} }} version {{ id number state }} {REPORT} {ERRORS}
  }}
}}
"""
IMPORT_QUESTIONS = f"""
mutation ($input: ImportQuestionsInput!) {{ importQuestions(input: $input) {{ {REPORT} {ERRORS} }} }}
"""
PUBLISH = f"""
mutation ($id: ID!) {{
  publishRoadmap(input: {{roadmapId: $id}}) {{
    roadmap {{ id title currentVersion {{ id number }} }} version {{ number state publishedAt }} {ERRORS}
  }}
}}
"""
QUIZ = "query ($slug: String!) { quiz(by: {slug: $slug}) { id slug withdrawnAt } }"
WITHDRAW = f"""
mutation ($id: ID!) {{ archiveQuiz(input: {{quizId: $id}}) {{ quiz {{ id withdrawnAt }} {ERRORS} }} }}
"""
ENROL = f"""
mutation ($input: EnrolInput!) {{
  enrol(input: $input) {{ enrolment {{ id startedAt pinnedVersion {{ number }} roadmap {{ slug }} }} {ERRORS} }}
}}
"""
SET_NODE_STATE = """
mutation ($input: SetNodeStateInput!) {
  setNodeState(input: $input) {
    node { title viewerState }
    enrolment { completedAt progress { percent doneWeight requiredWeight } nextNodes { title } }
    userErrors {
      __typename
      ... on UserError { code field message }
      ... on NodeLocked { missing { title } }
      ... on NodeCompletedByQuiz { quizSlug }
    }
  }
}
"""
NODES = """
query ($id: ID!) { roadmap(by: {id: $id}) { enrolment { id pinnedVersion {
  nodes { id title viewerState lockedBecause { message missing { title } } }
} } currentVersion { number nodes { title viewerState } } } }
"""


async def import_file(ask: Asker, viewer: Viewer, file: str, key: str = "k", **values: Any) -> dict[str, Any]:
    given = {"file": file, "idempotencyKey": key} | values
    payload: dict[str, Any] = (await ask.data(IMPORT, viewer, input=given))["importRoadmap"]
    return payload


async def import_quizzes(
    ask: Asker, author: Viewer, *slugs: str, exam_type: str = "exam", **values: Any
) -> None:
    """Import quizzes of the author's, which nodes name by their slugs."""
    quizzes = [{"slug": slug, "title": slug.title(), "questions": ["wet"]} | values for slug in slugs]
    subject = question_files.a_file()["examType"] | {"code": exam_type}
    file = json.dumps(question_files.a_file(examType=subject, questions=[a_question("wet")], quizzes=quizzes))
    given = {"file": file, "idempotencyKey": mint("key")}
    payload = (await ask.data(IMPORT_QUESTIONS, author, input=given))["importQuestions"]
    assert payload["report"]["outcome"] == "STORED", payload


async def withdraw(ask: Asker, author: Viewer, slug: str) -> str:
    """Withdraw a quiz of the author's and return its id."""
    quiz_id: str = (await ask.data(QUIZ, slug=slug))["quiz"]["id"]
    payload = (await ask.data(WITHDRAW, author, id=quiz_id))["archiveQuiz"]
    assert payload["userErrors"] == []
    return quiz_id


async def publish_file(ask: Asker, viewer: Viewer, file: str, key: str = "k") -> str:
    roadmap_id: str = (await import_file(ask, viewer, file, key))["roadmap"]["id"]
    payload = (await ask.data(PUBLISH, viewer, id=roadmap_id))["publishRoadmap"]
    assert payload["userErrors"] == []
    return roadmap_id


async def enrol(ask: Asker, viewer: Viewer, roadmap_id: str, key: str = "k") -> dict[str, Any]:
    given = {"roadmapId": roadmap_id, "idempotencyKey": key}
    payload: dict[str, Any] = (await ask.data(ENROL, viewer, input=given))["enrol"]
    return payload


async def nodes_by_title(ask: Asker, viewer: Viewer, roadmap_id: str) -> dict[str, dict[str, Any]]:
    enrolment = (await ask.data(NODES, viewer, id=roadmap_id))["roadmap"]["enrolment"]
    return {node["title"]: node for node in enrolment["pinnedVersion"]["nodes"]}


async def set_node(
    ask: Asker, viewer: Viewer, roadmap_id: str, title: str, state: str, *, document: str | None = None
) -> dict[str, Any]:
    enrolment = (await ask.data(NODES, viewer, id=roadmap_id))["roadmap"]["enrolment"]
    node_id = next(n["id"] for n in enrolment["pinnedVersion"]["nodes"] if n["title"] == title)
    given = {"enrolmentId": enrolment["id"], "nodeId": node_id, "state": state}
    payload: dict[str, Any] = (await ask.data(document or SET_NODE_STATE, viewer, input=given))[
        "setNodeState"
    ]
    return payload
