"""Roadmaps through the schema: importing, publishing, finding, and access by other callers."""

import asyncio
import json
from pathlib import Path

import pytest

from domain.accounts.users import Role, Viewer
from tests.builders.roadmaps import a_file, a_node, a_quiz_node, a_track
from tests.support.clients.roadmaps import (
    ERRORS,
    IMPORT,
    IMPORT_QUESTIONS,
    PUBLISH,
    import_file,
    import_quizzes,
    publish_file,
    withdraw,
)
from tests.support.schema_client import Asker

CONTENT = Path(__file__).parents[3] / "content" / "roadmaps"
QUESTIONS = CONTENT.parent / "questions"

ARCHIVE = f"""
mutation ($id: ID!) {{
  archiveRoadmap(input: {{roadmapId: $id}}) {{ roadmap {{ id currentVersion {{ id }} }} {ERRORS} }}
}}
"""
ROADMAP = """
query ($slug: String!) {
  roadmap(by: {slug: $slug}) {
    id title visibility author { handle }
    currentVersion {
      number
      nodes { id title lineageId quiz { id } prerequisites { mode k nodes { id title } } }
    }
    versions { nodes { number state } }
  }
}
"""
PUBLISH_FLAWS = """
mutation ($id: ID!) { publishRoadmap(input: {roadmapId: $id}) {
  version { state }
  userErrors {
    __typename ... on UserError { message } ... on UnsoundRoadmap { flaws { kind key message } }
  }
} }
"""
EDGES = "query ($slug: String!) { roadmap(by: {slug: $slug}) { currentVersion { edges { from to } } } }"
LIST = "{ roadmaps { nodes { slug } } }"


@pytest.fixture
async def author(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    return viewer


async def slugs(ask: Asker, viewer: Viewer | None = None) -> list[str]:
    return [node["slug"] for node in (await ask.data(LIST, viewer))["roadmaps"]["nodes"]]


async def test_an_import_is_a_draft_until_it_is_published(ask: Asker, author: Viewer) -> None:
    payload = await import_file(ask, author, a_file(a_node("knots"), a_node("sails", "knots")))

    assert payload["userErrors"] == []
    assert payload["report"]["outcome"] == "STORED"
    assert payload["report"]["accepted"] == 2
    assert payload["version"]["state"] == "DRAFT"
    assert payload["roadmap"]["currentVersion"] is None
    assert (await ask.data(ROADMAP, slug="sailing"))["roadmap"] is None
    assert await slugs(ask) == []


async def test_a_published_roadmap_is_found_with_its_nodes_and_prerequisites(
    ask: Asker, author: Viewer
) -> None:
    groups = [{"mode": "ALL", "nodes": ["knots"]}, {"mode": "K_OF_N", "k": 1, "nodes": ["sails", "tides"]}]
    trip = a_node("trip") | {"prerequisites": groups}
    await publish_file(ask, author, a_file(a_node("knots"), a_node("sails"), a_node("tides"), trip))

    roadmap = (await ask.data(ROADMAP, slug="sailing"))["roadmap"]

    version = roadmap["currentVersion"]
    ids = {node["title"]: node["id"] for node in version["nodes"]}
    assert list(ids) == ["Knots", "Sails", "Tides", "Trip"]
    edges = (await ask.data(EDGES, slug="sailing"))["roadmap"]["currentVersion"]["edges"]
    assert [(e["from"], e["to"]) for e in edges] == [
        (ids[title], ids["Trip"]) for title in ("Knots", "Sails", "Tides")
    ]
    assert version["nodes"][3]["prerequisites"] == [
        {"mode": "ALL", "k": None, "nodes": [{"id": ids["Knots"], "title": "Knots"}]},
        {"mode": "K_OF_N", "k": 1, "nodes": [{"id": ids[t], "title": t} for t in ("Sails", "Tides")]},
    ]
    assert await slugs(ask) == ["sailing"]


@pytest.mark.parametrize("size", [1, 10, 100])
async def test_reading_a_whole_roadmap_costs_the_same_statements_at_any_size(
    ask: Asker, author: Viewer, size: int
) -> None:
    nodes = [a_node("n0"), *(a_node(f"n{n}", f"n{n - 1}") for n in range(1, size))]
    await publish_file(ask, author, a_file(*nodes))

    await ask.data(ROADMAP, slug="sailing")

    assert ask.statements == 7 if size > 1 else 6


async def test_the_same_file_again_changes_nothing_and_says_so(ask: Asker, author: Viewer) -> None:
    file = a_file(a_node("knots"))
    await publish_file(ask, author, file)

    payload = await import_file(ask, author, file.replace("\n", "\r\n"), key="another")

    assert payload["report"]["outcome"] == "UNCHANGED"
    assert payload["version"] == {"id": payload["version"]["id"], "number": 1, "state": "PUBLISHED"}


async def test_a_changed_file_makes_a_new_version_with_the_same_lineages(ask: Asker, author: Viewer) -> None:
    await publish_file(ask, author, a_file(a_node("knots"), a_node("sails", "knots")))
    before = (await ask.data(ROADMAP, slug="sailing"))["roadmap"]["currentVersion"]

    await publish_file(ask, author, a_file(a_node("tides"), a_node("knots", title="Better knots")), key="two")

    roadmap = (await ask.data(ROADMAP, author, slug="sailing"))["roadmap"]
    lineages = {node["title"]: node["lineageId"] for node in before["nodes"]}
    after = {node["title"]: node["lineageId"] for node in roadmap["currentVersion"]["nodes"]}
    assert after["Better knots"] == lineages["Knots"]
    assert after["Tides"] not in lineages.values()
    assert roadmap["versions"]["nodes"] == [
        {"number": 2, "state": "PUBLISHED"},
        {"number": 1, "state": "ARCHIVED"},
    ]


async def test_a_draft_gives_way_to_the_next_import(ask: Asker, author: Viewer) -> None:
    await import_file(ask, author, a_file(a_node("knots")))

    payload = await import_file(ask, author, a_file(a_node("sails")), key="two")

    assert payload["version"]["number"] == 1
    roadmap = (await ask.data(ROADMAP, author, slug="sailing"))["roadmap"]
    assert [version["number"] for version in roadmap["versions"]["nodes"]] == [1]


async def test_what_a_file_gets_wrong_is_named_and_nothing_is_stored(ask: Asker, author: Viewer) -> None:
    payload = await import_file(ask, author, a_file(a_node("good"), a_node("bad", "ghost"), a_node("b", "b")))

    assert payload["roadmap"] is None
    assert payload["report"]["outcome"] == "REFUSED"
    assert [(f["line"], f["item"]) for f in payload["report"]["refused"]] == [(7, "bad"), (8, "b")]
    assert (await ask.data(ROADMAP, author, slug="sailing"))["roadmap"] is None


@pytest.mark.parametrize("file", ["", "{", "::q:: {T}", "\0", "[" * 50_000, '{"format": 1}'])
async def test_a_file_of_another_kind_is_refused(ask: Asker, author: Viewer, file: str) -> None:
    payload = await import_file(ask, author, file)

    assert payload["report"]["outcome"] == "REFUSED"
    assert len(payload["report"]["refused"]) == 1
    assert ask.defects == []


async def test_a_file_beyond_a_million_characters_names_the_field(ask: Asker, author: Viewer) -> None:
    payload = await import_file(ask, author, "x" * 1_000_001)

    assert payload["userErrors"][0]["__typename"] == "InvalidInput"
    assert payload["userErrors"][0]["field"] == "file"


async def test_a_dry_run_reports_and_stores_nothing(ask: Asker, author: Viewer) -> None:
    payload = await import_file(ask, author, a_track(), dryRun=True)

    assert payload["report"]["outcome"] == "DRY_RUN"
    assert payload["report"]["format"] == "exercism-track/3"
    assert payload["report"]["accepted"] == 6
    assert payload["roadmap"] is None
    assert (await import_file(ask, author, a_track()))["report"]["outcome"] == "STORED"


async def test_the_same_key_gives_the_same_payload(ask: Asker, author: Viewer) -> None:
    file = a_file(a_node("knots"), a_node("sails", colour="white"))

    first = await import_file(ask, author, file)
    again = await import_file(ask, author, file)

    assert again == first
    assert first["report"]["losses"][0]["item"] == "sails"


async def test_the_same_key_with_another_file_is_refused(ask: Asker, author: Viewer) -> None:
    await import_file(ask, author, a_file(a_node("knots")))

    payload = await import_file(ask, author, a_file(a_node("sails")))

    assert payload["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_another_authors_slug_is_refused_also_in_a_dry_run(ask: Asker, author: Viewer) -> None:
    await import_file(ask, author, a_file(a_node("knots")))
    _, other = await ask.learner(roles=[Role.AUTHOR])

    for dry_run in (True, False):
        payload = await import_file(ask, other, a_file(a_node("knots")), dryRun=dry_run)

        assert payload["roadmap"] is None
        assert payload["report"]["refused"][0]["line"] == 2
        assert payload["report"]["refused"][0]["item"] == "sailing"


async def test_two_imports_at_once_make_one_roadmap(ask: Asker, author: Viewer) -> None:
    file = a_file(a_node("knots"))

    payloads = await asyncio.gather(*(import_file(ask, author, file, key=f"key {n}") for n in range(5)))

    assert sorted(p["report"]["outcome"] for p in payloads) == ["STORED", *["UNCHANGED"] * 4]
    assert len({p["roadmap"]["id"] for p in payloads}) == 1


async def test_only_authors_import(ask: Asker) -> None:
    _, learner = await ask.learner()

    for viewer, code in ((learner, "FORBIDDEN"), (None, "UNAUTHENTICATED")):
        response = await ask(IMPORT, viewer, input={"file": "{}", "idempotencyKey": "k"})

        assert "data" not in response
        assert {error["extensions"]["code"] for error in response["errors"]} >= {code}


async def test_only_the_author_or_an_admin_publishes(ask: Asker, author: Viewer) -> None:
    roadmap_id = (await import_file(ask, author, a_file(a_node("knots"))))["roadmap"]["id"]
    _, other = await ask.learner(roles=[Role.AUTHOR])
    _, admin = await ask.learner(roles=[Role.ADMIN])

    foreign = (await ask.data(PUBLISH, other, id=roadmap_id))["publishRoadmap"]
    assert foreign["userErrors"][0]["code"] == "NOT_FOUND"

    by_admin = (await ask.data(PUBLISH, admin, id=roadmap_id))["publishRoadmap"]
    assert by_admin["userErrors"] == []

    visible = (await ask.data(ARCHIVE, other, id=roadmap_id))["archiveRoadmap"]
    assert visible["userErrors"][0]["code"] == "FORBIDDEN"


async def test_publishing_twice_finds_no_draft(ask: Asker, author: Viewer) -> None:
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots")))

    payload = (await ask.data(PUBLISH, author, id=roadmap_id))["publishRoadmap"]

    assert payload["userErrors"][0]["__typename"] == "NothingToPublish"


async def test_title_and_visibility_change_with_the_publication(ask: Asker, author: Viewer) -> None:
    await publish_file(ask, author, a_file(a_node("knots")))
    changed = a_file(a_node("knots"), title="Sailing far", visibility="UNLISTED")

    draft = await import_file(ask, author, changed, key="two")
    assert draft["roadmap"]["title"] == "Sailing"
    assert await slugs(ask) == ["sailing"]

    await ask.data(PUBLISH, author, id=draft["roadmap"]["id"])
    assert (await ask.data(ROADMAP, slug="sailing"))["roadmap"]["title"] == "Sailing far"
    assert await slugs(ask) == []


async def test_a_private_roadmap_is_its_authors_alone(ask: Asker, author: Viewer) -> None:
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots"), visibility="PRIVATE"))
    _, other = await ask.learner()
    by_id = "query ($id: ID!) { roadmap(by: {id: $id}) { slug currentVersion { nodes { id } } } }"

    assert (await ask.data(by_id, other, id=roadmap_id))["roadmap"] is None
    assert (await ask.data(by_id, None, id=roadmap_id))["roadmap"] is None
    own = (await ask.data(by_id, author, id=roadmap_id))["roadmap"]
    assert len(own["currentVersion"]["nodes"]) == 1


async def test_an_archived_roadmap_is_found_no_more(ask: Asker, author: Viewer) -> None:
    roadmap_id = await publish_file(ask, author, a_file(a_node("knots")))

    payload = (await ask.data(ARCHIVE, author, id=roadmap_id))["archiveRoadmap"]

    assert payload["roadmap"]["currentVersion"] is None
    assert (await ask.data(ROADMAP, slug="sailing"))["roadmap"] is None
    assert await slugs(ask) == []


@pytest.fixture
async def quizzes(ask: Asker, author: Viewer) -> None:
    """Quizzes of the author's: an open one, a withdrawn one and a closed one; and one of another author's."""
    _, other = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    await import_quizzes(ask, author, "capitals")
    await import_quizzes(ask, author, "withdrawn")
    await withdraw(ask, author, "withdrawn")
    await import_quizzes(ask, author, "last-year", closesAt="2026-03-02T09:00:01Z")
    await import_quizzes(ask, other, "of-another", exam_type="of-another")
    ask.clock.forward(seconds=1)


@pytest.mark.parametrize(
    ("quiz", "reason"),
    [
        ("capitalz", "does not exist"),
        ("of-another", "another author"),
        ("last-year", "is closed"),
        ("withdrawn", "is withdrawn"),
    ],
)
@pytest.mark.parametrize("optional", [False, True])
@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.usefixtures("quizzes")
async def test_a_quiz_that_cannot_be_taken_refuses_the_file(
    ask: Asker, author: Viewer, quiz: str, reason: str, optional: bool, dry_run: bool
) -> None:
    wrong = json.loads(a_file(a_node("knots"), a_quiz_node("exam", quiz=quiz) | {"optional": optional}))
    file = json.dumps(wrong, indent=1)

    payload = await import_file(ask, author, file, dryRun=dry_run)

    report = payload["report"]
    assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
        ("IMPORT_REFUSED", "file")
    ]
    (finding,) = report["refused"]
    assert (report["outcome"], report["accepted"], finding["item"]) == ("REFUSED", 1, "exam")
    assert reason in finding["reason"]
    assert file.splitlines()[finding["line"] - 1].strip().startswith('"quiz"')
    assert (await ask.data(ROADMAP, author, slug="sailing"))["roadmap"] is None


@pytest.mark.usefixtures("quizzes")
async def test_a_quiz_of_the_author_that_is_open_is_fine(ask: Asker, author: Viewer) -> None:
    file = a_file(a_quiz_node("exam", quiz="capitals"))
    assert (await import_file(ask, author, file, dryRun=True))["report"]["refused"] == []

    await publish_file(ask, author, file)

    roadmap = (await ask.data(ROADMAP, slug="sailing"))["roadmap"]
    assert roadmap["currentVersion"]["nodes"][0]["quiz"] is not None


async def test_a_draft_whose_quiz_closed_meanwhile_is_not_published(ask: Asker, author: Viewer) -> None:
    await import_quizzes(ask, author, "tides", closesAt="2026-03-02T10:00:00Z")
    nodes = [a_quiz_node(f"exam-{n}", quiz="tides") for n in range(150)]
    roadmap_id = (await import_file(ask, author, a_file(*nodes)))["roadmap"]["id"]
    ask.clock.forward(hours=1)

    payload = (await ask.data(PUBLISH_FLAWS, author, id=roadmap_id))["publishRoadmap"]

    (error,) = payload["userErrors"]
    assert (error["__typename"], payload["version"]) == ("UnsoundRoadmap", None)
    assert error["flaws"][0] == {
        "kind": "CLOSED_QUIZ",
        "key": "exam-0",
        "message": "exam-0 is completed by the quiz tides, which is closed",
    }
    assert len(error["flaws"]) == 100
    assert error["message"].endswith("and 130 more.")
    assert (await ask.data(ROADMAP, slug="sailing"))["roadmap"] is None


async def test_an_admin_publishes_with_the_quizzes_of_the_roadmaps_author(ask: Asker, author: Viewer) -> None:
    await import_quizzes(ask, author, "tides")
    _, admin = await ask.learner(roles=[Role.LEARNER, Role.ADMIN])
    file = a_file(a_quiz_node("exam", quiz="tides"))
    roadmap_id = (await import_file(ask, author, file))["roadmap"]["id"]

    payload = (await ask.data(PUBLISH_FLAWS, admin, id=roadmap_id))["publishRoadmap"]

    assert (payload["userErrors"], payload["version"]["state"]) == ([], "PUBLISHED")


@pytest.mark.parametrize("slug", ["", "x" * 1_000_000, "a\0b", "';--", "\ud800"])
async def test_what_is_no_slug_is_bad_user_input(ask: Asker, slug: str) -> None:
    response = await ask(ROADMAP, slug=slug)

    assert response["data"]["roadmap"] is None
    assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert response["errors"][0]["extensions"]["field"] == "slug"
    assert ask.defects == []


async def test_an_unknown_slug_finds_nothing(ask: Asker) -> None:
    assert (await ask.data(ROADMAP, slug="none"))["roadmap"] is None


async def test_the_list_is_paged_newest_first(ask: Asker, author: Viewer) -> None:
    for number in range(3):
        await publish_file(ask, author, a_file(a_node("knots"), slug=f"road-{number}"), key=str(number))
    page = "query ($after: Cursor) { roadmaps(first: 2, after: $after) { nodes { slug } pageInfo { hasNextPage endCursor } } }"

    first = (await ask.data(page))["roadmaps"]
    rest = (await ask.data(page, None, after=first["pageInfo"]["endCursor"]))["roadmaps"]

    assert [node["slug"] for node in first["nodes"]] == ["road-2", "road-1"]
    assert first["pageInfo"]["hasNextPage"]
    assert [node["slug"] for node in rest["nodes"]] == ["road-0"]


async def test_the_demo_roadmaps_import_and_publish(ask: Asker, author: Viewer) -> None:
    nodes = 0
    for path in sorted(QUESTIONS.glob("*.json")):
        given = {"file": path.read_text("utf-8"), "idempotencyKey": path.stem}
        await ask.data(IMPORT_QUESTIONS, author, input=given)
    for path in sorted(CONTENT.glob("*.json")):
        text = path.read_text("utf-8")
        await publish_file(ask, author, text, key=path.stem)
        nodes += len(json.loads(text)["nodes"])

    assert len(await slugs(ask)) == 3
    assert nodes > 60


@pytest.mark.parametrize("strange", ["\0", "\ud800", "\u202e", "\x1b[31m", "x" * 5_000])
async def test_a_report_contains_no_unprintable_characters_of_the_file(
    ask: Asker, author: Viewer, strange: str
) -> None:
    node = a_node("knots", **{f"colour {strange}": 1})

    kept = await import_file(ask, author, a_file(node))
    refused = await import_file(ask, author, a_file(a_node("a", strange), a_node(strange)), key="two")

    assert kept["report"]["outcome"] == "STORED"
    assert len(kept["report"]["losses"]) == 1
    assert refused["report"]["outcome"] == "REFUSED"
    assert ask.defects == []
