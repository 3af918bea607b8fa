"""Drafts through the schema: creating, editing, taking back, conflicts, and the way to a published version."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from domain.authoring.draft_edits import MOST_OPERATIONS
from tests.builders.roadmaps import a_file, a_node
from tests.support.clients.drafts import (
    CREATE,
    START_DRAFT,
    add,
    content_of,
    create_roadmap,
    edit_draft,
    edited,
    keys_in,
    start_draft,
)
from tests.support.clients.roadmaps import PUBLISH, enrol, import_file, import_quizzes, publish_file, set_node
from tests.support.schema_client import Asker

EVERY_OPERATION: list[dict[str, Any]] = [
    {"addNode": {"key": "tides", "title": "Tides", "after": None, "weight": 3, "difficulty": "HARD",
                 "resources": [{"title": "Docs", "url": "https://example.org/"}],
                 "prerequisites": [{"mode": "K_OF_N", "k": 1, "nodes": ["knots", "sails"]}]}},
    {"changeNode": {"key": "sails", "title": "All sails", "minutes": 30, "kind": "PROJECT", "optional": True}},
    {"moveNode": {"key": "knots", "after": "trip"}},
    {"connect": {"from": "tides", "to": "trip"}},
    {"disconnect": {"from": "knots", "to": "sails"}},
    {"setPrerequisites": {"key": "knots", "groups": [{"mode": "ANY", "nodes": ["tides", "ghost"]}]}},
    {"setResources": {"key": "trip", "resources": [{"title": "Map", "url": "https://example.org/map"}]}},
    {"linkQuiz": {"key": "trip", "quiz": "exam"}},
    {"removeNode": {"key": "sails"}},
    {"describe": {"title": "Far sailing", "description": "Out.", "visibility": "UNLISTED"}},
]  # fmt: skip


@pytest.fixture
async def author(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    return viewer


async def a_draft(ask: Asker, author: Viewer, **values: Any) -> dict[str, Any]:
    """A draft with the nodes knots, sails and trip."""
    made = await create_roadmap(ask, author, **values)
    nodes = (add("knots"), add("sails", "knots"), add("trip", "sails"))
    return await edited(ask, author, made["version"], *nodes)


async def test_a_roadmap_is_created_edited_published_and_learned(ask: Asker, author: Viewer) -> None:
    _, learner = await ask.learner()
    made = await create_roadmap(ask, author)
    assert made["version"]["state"] == "DRAFT"
    draft = await edited(ask, author, made["version"], add("knots"), add("sails", "knots"))
    assert (draft["revision"], draft["validation"]) == (2, [])

    published = (await ask.data(PUBLISH, author, id=made["roadmap"]["id"]))["publishRoadmap"]

    assert published["userErrors"] == []
    await enrol(ask, learner, made["roadmap"]["id"])
    assert (await set_node(ask, learner, made["roadmap"]["id"], "Sails", "DONE"))["userErrors"] != []
    for title in ("Knots", "Sails"):
        assert (await set_node(ask, learner, made["roadmap"]["id"], title, "DONE"))["userErrors"] == []


async def test_the_same_key_creates_one_roadmap(ask: Asker, author: Viewer) -> None:
    first = await create_roadmap(ask, author, idempotencyKey="one")

    assert await create_roadmap(ask, author, idempotencyKey="one") == first
    again = await create_roadmap(ask, author, slug="other", idempotencyKey="one")
    assert again["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
    taken = await create_roadmap(ask, author, title="Another", idempotencyKey="two")
    assert (taken["userErrors"][0]["code"], taken["userErrors"][0]["field"]) == ("SLUG_TAKEN", "slug")


async def test_each_operation_does_its_part_and_undo_restores_the_draft_exactly(
    ask: Asker, author: Viewer
) -> None:
    draft = await a_draft(ask, author)
    before = await content_of(ask, author, draft["id"])

    payload = await edit_draft(ask, author, draft, *EVERY_OPERATION)

    assert payload["userErrors"] == []
    after = await content_of(ask, author, draft["id"])
    assert (after["title"], after["description"], after["visibility"]) == ("Far sailing", "Out.", "UNLISTED")
    tides, trip, knots = after["nodes"]
    assert keys_in(after) == ["tides", "trip", "knots"]
    assert (tides["weight"], tides["difficulty"], tides["resources"][0]["title"]) == (3, "HARD", "Docs")
    assert [(each["mode"], each["k"]) for each in tides["prerequisites"]] == [("K_OF_N", 1)]
    assert [n["key"] for n in trip["prerequisites"][0]["nodes"]] == ["tides"], "sails dangles"
    assert (trip["completion"], trip["quizSlug"]) == ("QUIZ", "exam")
    assert [each["mode"] for each in knots["prerequisites"]] == ["ANY"]
    kinds = {flaw["kind"] for flaw in payload["version"]["validation"]}
    assert kinds == {"DANGLING", "CYCLE", "UNKNOWN_QUIZ"}

    undone = await edit_draft(ask, author, payload["version"], *payload["undo"])

    assert undone["userErrors"] == []
    assert await content_of(ask, author, draft["id"]) == before
    redone = await edit_draft(ask, author, undone["version"], *undone["undo"])
    assert redone["userErrors"] == []
    assert await content_of(ask, author, draft["id"]) == after


async def test_one_refused_operation_refuses_all_and_each_is_named(ask: Asker, author: Viewer) -> None:
    draft = await a_draft(ask, author)
    before = await content_of(ask, author, draft["id"])

    payload = await edit_draft(
        ask,
        author,
        draft,
        add("tides"),
        {"removeNode": {"key": "ghost"}},
        {"connect": {"from": "a", "to": "b"}},
    )

    assert [error["field"] for error in payload["userErrors"]] == [
        "operations[1].removeNode.key",
        "operations[2].connect.to",
    ]
    assert await content_of(ask, author, draft["id"]) == before


async def test_the_later_of_two_editors_gets_the_present_draft_and_nothing_is_lost(
    ask: Asker, author: Viewer
) -> None:
    draft = await a_draft(ask, author)

    payloads = await asyncio.gather(
        edit_draft(ask, author, draft, add("first")), edit_draft(ask, author, draft, add("second"))
    )

    late = next(payload for payload in payloads if payload["userErrors"])
    (error,) = late["userErrors"]
    assert (error["__typename"], error["code"], error["field"]) == (
        "DraftConflict",
        "VERSION_CONFLICT",
        "revision",
    )
    kept = next(payload["version"] for payload in payloads if not payload["userErrors"])
    assert error["version"]["revision"] == kept["revision"]
    assert len(error["version"]["nodes"]) == 4
    missing = ({"first", "second"} - set(keys_in(error["version"]))).pop()
    again = await edited(ask, author, error["version"], add(missing))
    assert set(keys_in(await content_of(ask, author, again["id"]))) >= {"first", "second"}


async def test_validation_names_every_flaw_of_a_draft_and_publishing_refuses_them(
    ask: Asker, author: Viewer
) -> None:
    made = await create_roadmap(ask, author)
    assert [
        f["kind"] for f in (await edited(ask, author, made["version"], add("a", optional=True)))["validation"]
    ] == ["NOTHING_REQUIRED"]
    draft = await start_draft(ask, author, made["roadmap"]["id"])
    await import_quizzes(ask, author, "closed", closesAt=(ask.clock() + timedelta(hours=1)).isoformat())
    ask.clock.forward(hours=1)
    two = [{"mode": "K_OF_N", "k": 2, "nodes": ["a"]}]
    draft = await edited(
        ask,
        author,
        draft,
        add("b", "c"),
        add("c", "b"),
        add("d", "e"),
        add("e", "d"),
        add("f", "ghost"),
        add("g", prerequisites=two),
        add("h", quiz="nowhere"),
        add("i", quiz="closed"),
    )

    found = [(flaw["kind"], flaw["key"]) for flaw in draft["validation"]]

    assert found == [
        ("DANGLING", "f"),
        ("CYCLE", "b"),
        ("CYCLE", "d"),
        ("UNREACHABLE", "g"),
        ("UNKNOWN_QUIZ", "h"),
        ("CLOSED_QUIZ", "i"),
    ]
    refused = (await ask.data(PUBLISH, author, id=made["roadmap"]["id"]))["publishRoadmap"]
    assert [error["__typename"] for error in refused["userErrors"]] == ["UnsoundRoadmap"]


async def test_titles_in_every_script_survive_byte_for_byte(ask: Asker, author: Viewer) -> None:
    titles = [
        "\u05e7\u05e9\u05e8\u05d9\u05dd \u200f(\u05de\u05ea\u05d7\u05d9\u05dc\u05d9\u05dd)\u200f",
        "\u0639\u0642\u062f \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "e\u0301te\u0301 and \u00e9t\u00e9",
        "\U0001f469\u200d\U0001f4bb \U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f \u2764\ufe0f",
        "Z\u0351\u036b\u0343a\u0334l\u0335g\u0321o\u0322",
        "\u0ba4\u0bae\u0bbf\u0bb4\u0bcd \u0928\u094d\u200d\u092f",
    ]
    made = await create_roadmap(ask, author, title=titles[0], description=titles[1] + "\r\n" + titles[2])
    operations = [add(f"n{n}", title=title, description=title) for n, title in enumerate(titles)]
    draft = await edited(ask, author, made["version"], *operations)

    stored = await content_of(ask, author, draft["id"])

    assert [node["title"].encode() for node in stored["nodes"]] == [title.encode() for title in titles]
    assert [node["description"] for node in stored["nodes"]] == titles
    assert (stored["title"], stored["description"]) == (titles[0], titles[1] + "\r\n" + titles[2])


async def test_a_published_version_never_changes_and_the_next_draft_is_its_copy(
    ask: Asker, author: Viewer
) -> None:
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots"), a_node("sails", "knots")))
    draft = await start_draft(ask, author, roadmap_id)
    assert draft == await start_draft(ask, author, roadmap_id)
    text = "query ($id: ID!) { roadmap(by: {id: $id}) { currentVersion { id revision } } }"
    current = (await ask.data(text, author, id=roadmap_id))["roadmap"]["currentVersion"]
    before = await content_of(ask, author, current["id"])

    refused = await edit_draft(ask, author, current, add("tides"))
    await edited(ask, author, draft, {"removeNode": {"key": "sails"}}, add("tides"))

    assert refused["userErrors"][0]["code"] == "NOT_A_DRAFT"
    assert await content_of(ask, author, current["id"]) == before
    after = await content_of(ask, author, draft["id"])
    assert keys_in(after) == ["knots", "tides"]
    assert after["nodes"][0]["lineageId"] == before["nodes"][0]["lineageId"]
    assert after["nodes"][0]["id"] != before["nodes"][0]["id"]


@pytest.mark.parametrize(
    "change",
    [
        {"changeNode": {"key": "sails", "minutes": 5}},
        {"moveNode": {"key": "knots", "after": "sails"}},
        {"describe": {"title": "Out"}},
    ],
)
async def test_a_draft_is_published_only_where_it_differs_from_the_current_version(
    ask: Asker, author: Viewer, change: dict[str, Any]
) -> None:
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots"), a_node("sails", "knots")))
    draft = await start_draft(ask, author, roadmap_id)

    equal = (await ask.data(PUBLISH, author, id=roadmap_id))["publishRoadmap"]
    await edited(ask, author, draft, change)
    different = (await ask.data(PUBLISH, author, id=roadmap_id))["publishRoadmap"]

    assert [error["code"] for error in equal["userErrors"]] == ["NOTHING_TO_PUBLISH"]
    assert different["userErrors"] == []


async def test_the_file_of_an_edited_draft_is_imported_anew(ask: Asker, author: Viewer) -> None:
    file = a_file(a_node("knots"))
    imported = await import_file(ask, author, file, key="one")
    draft = await start_draft(ask, author, imported["roadmap"]["id"])
    await edited(ask, author, draft, add("tides"))

    again = await import_file(ask, author, file, key="two")

    assert again["report"]["outcome"] == "STORED"
    assert keys_in(await content_of(ask, author, again["version"]["id"])) == ["knots"]


async def test_an_import_over_a_draft_makes_edits_of_what_was_before_conflicts(
    ask: Asker, author: Viewer
) -> None:
    imported = await import_file(ask, author, a_file(a_node("knots")), key="one")
    draft = await start_draft(ask, author, imported["roadmap"]["id"])
    edit = await edited(ask, author, draft, add("tides"))

    again = await import_file(ask, author, a_file(a_node("sails")), key="two")
    late = await edit_draft(ask, author, edit, add("waves"))

    assert again["version"]["id"] == draft["id"]
    assert [error["code"] for error in late["userErrors"]] == ["VERSION_CONFLICT"]
    current = edit | {"revision": edit["revision"] + 1}
    await edited(ask, author, current, add("waves"))
    assert keys_in(await content_of(ask, author, draft["id"])) == ["sails", "waves"]


async def test_the_content_of_the_draft_is_imported_unchanged(ask: Asker, author: Viewer) -> None:
    file = a_file(a_node("knots"), a_node("sails", "knots"))
    imported = await import_file(ask, author, file, key="one")
    draft = await start_draft(ask, author, imported["roadmap"]["id"])
    there = await edited(ask, author, draft, add("tides"))
    back = await edited(ask, author, there, {"removeNode": {"key": "tides"}})

    payloads = [await import_file(ask, author, file, key=key) for key in ("two", "two", "three")]

    assert {payload["report"]["outcome"] for payload in payloads} == {"UNCHANGED"}
    assert {payload["version"]["id"] for payload in payloads} == {draft["id"]}
    await edited(ask, author, back, add("waves"))


@pytest.mark.parametrize("roles", [[Role.LEARNER, Role.AUTHOR], [Role.LEARNER, Role.AUTHOR, Role.ADMIN]])
async def test_nobody_else_sees_or_edits_a_draft(ask: Asker, author: Viewer, roles: list[Role]) -> None:
    draft = await a_draft(ask, author)
    _, stranger = await ask.learner(roles=roles)

    payload = await edit_draft(ask, stranger, draft, add("mine"))

    assert [error["code"] for error in payload["userErrors"]] == ["NOT_FOUND"]
    assert await content_of(ask, stranger, draft["id"]) is None


@pytest.mark.parametrize("empty", [{"changeNode": {"key": "knots"}}, {"describe": {}}])
async def test_an_operation_that_names_nothing_to_change_is_refused(
    ask: Asker, author: Viewer, empty: dict[str, Any]
) -> None:
    draft = await a_draft(ask, author)
    before = await content_of(ask, author, draft["id"])

    payload = await edit_draft(ask, author, draft, add("tides"), empty)

    assert [error["field"] for error in payload["userErrors"]] == [f"operations[1].{next(iter(empty))}"]
    assert await content_of(ask, author, draft["id"]) == before


@pytest.mark.parametrize(
    "operation",
    [
        {"changeNode": {"key": "knots", "optional": False}},
        {"describe": {"visibility": "PUBLIC"}},
        {"moveNode": {"key": "sails", "after": "knots"}},
        {"setPrerequisites": {"key": "knots", "groups": []}},
        {"setResources": {"key": "knots", "resources": []}},
        {"linkQuiz": {"key": "knots", "quiz": None}},
        {"setCompletion": {"key": "knots"}},
    ],
)
async def test_an_edit_after_which_nothing_is_different_keeps_the_revision(
    ask: Asker, author: Viewer, operation: dict[str, Any]
) -> None:
    draft = await a_draft(ask, author)

    payload = await edit_draft(ask, author, draft, operation)

    assert payload["userErrors"] == []
    assert (payload["version"]["revision"], payload["undo"]) == (draft["revision"], [])


async def test_an_edit_has_at_most_two_hundred_operations(ask: Asker, author: Viewer) -> None:
    draft = (await create_roadmap(ask, author))["version"]

    for operations in ([], [add(f"n{n}") for n in range(MOST_OPERATIONS + 1)]):
        payload = await edit_draft(ask, author, draft, *operations)
        assert [error["field"] for error in payload["userErrors"]] == ["operations"]


@pytest.mark.parametrize("document", [CREATE, START_DRAFT])
async def test_learners_who_are_no_authors_create_nothing(ask: Asker, document: str) -> None:
    _, learner = await ask.learner()
    given = {"slug": "a", "title": "A", "idempotencyKey": "k"}

    response = await ask(document, learner, input=given, id="roadmap_" + "0" * 26)

    assert json.loads(json.dumps(response))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
