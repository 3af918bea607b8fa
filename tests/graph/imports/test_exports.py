"""Exports through the schema: an author takes their content out, and nobody else does."""

import json
from base64 import b64decode
from dataclasses import replace

import pytest

from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from domain.content.roadmap_nodes import EvidenceRule
from domain.imports.exports import question_exports
from tests.builders import mint
from tests.builders.roadmaps import a_file, a_node
from tests.support.accounts import accepted, refusal
from tests.support.clients.roadmaps import IMPORT_QUESTIONS, import_file
from tests.support.exports import FILE, a_quiz
from tests.support.schema_client import Asker

LOG = "{ auditLog { nodes { action target difference { name value } actor { handle } } } }"

EVIDENCE = [
    a_node(f"proof-{place}", completion="EVIDENCE", evidence=rule.value)
    for place, rule in enumerate(EvidenceRule)
]


@pytest.fixture
async def author(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(handle="noor", roles=[Role.LEARNER, Role.AUTHOR])
    return viewer


async def acts(ask: Asker) -> list[dict]:
    _, admin = await ask.learner(roles=[Role.LEARNER, Role.ADMIN])
    return (await ask.data(LOG, admin))["auditLog"]["nodes"]


async def test_a_quiz_comes_out_with_its_keys_and_the_audit_log_notes_it(ask: Asker, author: Viewer) -> None:
    quiz_id = await a_quiz(ask, author)

    file = (await accepted(ask, author, "exportQuiz", FILE, quizId=quiz_id, format="GIFT"))["file"]

    assert (file["name"], file["mediaType"]) == ("tides.gift", "text/plain")
    assert file["text"] == "::q0::[plain]Number 0? {TRUE}\n"
    assert b64decode(file["base64"]).decode() == file["text"]
    assert [loss["item"] for loss in file["losses"]] == ["", "q0"]
    (entry,) = [act for act in await acts(ask) if act["action"] == "QUIZ_EXPORTED"]
    assert (entry["target"], entry["actor"]["handle"]) == (quiz_id, "noor")
    assert entry["difference"] == [{"name": "format", "value": "GIFT"}]


async def test_our_own_format_imported_again_changes_nothing(ask: Asker, author: Viewer) -> None:
    quiz_id = await a_quiz(ask, author, size=3)

    file = (await accepted(ask, author, "exportQuiz", FILE, quizId=quiz_id, format="JSON"))["file"]

    assert file["losses"] == []
    given = {"file": file["text"], "idempotencyKey": mint("key")}
    report = (await ask.data(IMPORT_QUESTIONS, author, input=given))["importQuestions"]["report"]
    assert (report["outcome"], report["losses"], report["refused"]) == ("UNCHANGED", [], [])


async def test_a_package_has_no_text(ask: Asker, author: Viewer) -> None:
    quiz_id = await a_quiz(ask, author)

    file = (await accepted(ask, author, "exportQuiz", FILE, quizId=quiz_id, format="QTI"))["file"]

    assert (file["name"], file["text"]) == ("tides.zip", None)
    assert b64decode(file["base64"]).startswith(b"PK")


async def test_a_roadmap_comes_out_as_it_went_in(ask: Asker, author: Viewer) -> None:
    source = a_file(a_node("knots", weight=2, minutes=5), a_node("sails", "knots"), *EVIDENCE)
    roadmap = (await import_file(ask, author, source))["roadmap"]

    file = (await accepted(ask, author, "exportRoadmap", FILE, roadmapId=roadmap["id"]))["file"]

    written, given = json.loads(file["text"]), json.loads(source)
    assert (written["slug"], written["title"], written["visibility"]) == ("sailing", "Sailing", "PUBLIC")
    for one, other in zip(written["nodes"], given["nodes"], strict=True):
        assert {name: one[name] for name in other} == other
    assert [act["target"] for act in await acts(ask) if act["action"] == "ROADMAP_EXPORTED"] == [
        roadmap["id"]
    ]


async def test_an_exported_roadmap_can_be_imported_again(ask: Asker, author: Viewer) -> None:
    source = a_file(a_node("knots"), a_node("sails", "knots"), *EVIDENCE)
    roadmap = (await import_file(ask, author, source))["roadmap"]
    file = (await accepted(ask, author, "exportRoadmap", FILE, roadmapId=roadmap["id"]))["file"]

    again = await import_file(ask, author, file["text"], key="again")

    assert (again["userErrors"], again["report"]["losses"]) == ([], [])
    assert (again["roadmap"]["id"], again["version"]["number"]) == (roadmap["id"], 1)


@pytest.mark.parametrize("roles", [[Role.LEARNER, Role.AUTHOR], [Role.LEARNER, Role.AUTHOR, Role.ADMIN]])
async def test_another_author_and_an_admin_get_no_keys(ask: Asker, author: Viewer, roles: list[Role]) -> None:
    quiz_id = await a_quiz(ask, author)
    _, other = await ask.learner(roles=roles)

    assert await refusal(ask, other, "exportQuiz", quizId=quiz_id, format="JSON") == ("Forbidden", "quizId")
    assert [act for act in await acts(ask) if act["action"] == "QUIZ_EXPORTED"] == []


async def test_an_api_key_gets_no_keys(ask: Asker, author: Viewer) -> None:
    quiz_id = await a_quiz(ask, author)
    key = replace(author, scopes=frozenset(Scope))
    text = "mutation ($id: ID!) { exportQuiz(input: {quizId: $id, format: JSON}) { file { text } } }"

    response = await ask(text, key, id=quiz_id)

    assert response["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_a_file_that_is_too_large_is_refused(
    ask: Asker, author: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiz_id = await a_quiz(ask, author)
    monkeypatch.setattr(question_exports, "LARGEST_FILE", 10)

    assert await refusal(ask, author, "exportQuiz", quizId=quiz_id, format="JSON") == (
        "InvalidInput",
        "quizId",
    )
