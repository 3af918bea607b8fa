"""Roadmaps through the schema: importing, publishing, finding, and what is nobody else's business."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from domain.users import Role, Viewer
from tests.asking import Asker
from tests.builders.roadmaps import a_file, a_node, a_quiz_node, a_track

CONTENT = Path(__file__).parent.parent.parent / "content" / "roadmaps"

ERRORS = "userErrors { __typename ... on UserError { code field message } }"
REPORT = "report { format outcome accepted refused { line item reason } losses { line item reason } }"
IMPORT = f"""
mutation ($input: ImportRoadmapInput!) {{
  importRoadmap(input: $input) {{
    roadmap {{ id slug title currentVersion {{ id }} }} version {{ id number state }} {REPORT} {ERRORS}
  }}
}}
"""
PUBLISH = f"""
mutation ($id: ID!) {{
  publishRoadmap(input: {{roadmapId: $id}}) {{
    roadmap {{ id title currentVersion {{ id number }} }} version {{ number state publishedAt }} {ERRORS}
  }}
}}
"""
ARCHIVE = f"""
mutation ($id: ID!) {{
  archiveRoadmap(input: {{roadmapId: $id}}) {{ roadmap {{ id currentVersion {{ id }} }} {ERRORS} }}
}}
"""
ROADMAP = """
query ($slug: String!) {
  roadmap(by: {slug: $slug}) {
    id title visibility author { handle } forkedFrom { id }
    currentVersion {
      number
      nodes { id title lineageId quiz { id } prerequisites { mode k nodes { id title } } }
    }
    versions { nodes { number state } }
  }
}
"""
EDGES = "query ($slug: String!) { roadmap(by: {slug: $slug}) { currentVersion { edges { from to } } } }"
LIST = "{ roadmaps { nodes { slug } } }"


@pytest.fixture
async def author(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    return viewer


async def imported(ask: Asker, viewer: Viewer, file: str, key: str = "k", **values: Any) -> dict[str, Any]:
    given = {"file": file, "idempotencyKey": key} | values
    payload: dict[str, Any] = (await ask.data(IMPORT, viewer, input=given))["importRoadmap"]
    return payload


async def published(ask: Asker, viewer: Viewer, file: str, key: str = "k") -> str:
    roadmap_id: str = (await imported(ask, viewer, file, key))["roadmap"]["id"]
    payload = (await ask.data(PUBLISH, viewer, id=roadmap_id))["publishRoadmap"]
    assert payload["userErrors"] == []
    return roadmap_id


async def slugs(ask: Asker, viewer: Viewer | None = None) -> list[str]:
    return [node["slug"] for node in (await ask.data(LIST, viewer))["roadmaps"]["nodes"]]


async def test_an_import_is_a_draft_until_it_is_published(ask: Asker, author: Viewer) -> None:
    payload = await imported(ask, author, a_file(a_node("knots"), a_node("sails", "knots")))

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
    await published(ask, author, a_file(a_node("knots"), a_node("sails"), a_node("tides"), trip))

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
    await published(ask, author, a_file(*nodes))

    await ask.data(ROADMAP, slug="sailing")

    assert ask.statements == 7 if size > 1 else 6


async def test_the_same_file_again_changes_nothing_and_says_so(ask: Asker, author: Viewer) -> None:
    file = a_file(a_node("knots"))
    await published(ask, author, file)

    payload = await imported(ask, author, file.replace("\n", "\r\n"), key="another")

    assert payload["report"]["outcome"] == "UNCHANGED"
    assert payload["version"] == {"id": payload["version"]["id"], "number": 1, "state": "PUBLISHED"}


async def test_a_changed_file_makes_a_new_version_with_the_same_lineages(ask: Asker, author: Viewer) -> None:
    await published(ask, author, a_file(a_node("knots"), a_node("sails", "knots")))
    before = (await ask.data(ROADMAP, slug="sailing"))["roadmap"]["currentVersion"]

    await published(ask, author, a_file(a_node("tides"), a_node("knots", title="Better knots")), key="two")

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
    await imported(ask, author, a_file(a_node("knots")))

    payload = await imported(ask, author, a_file(a_node("sails")), key="two")

    assert payload["version"]["number"] == 1
    roadmap = (await ask.data(ROADMAP, author, slug="sailing"))["roadmap"]
    assert [version["number"] for version in roadmap["versions"]["nodes"]] == [1]


async def test_what_a_file_gets_wrong_is_named_and_nothing_is_stored(ask: Asker, author: Viewer) -> None:
    payload = await imported(ask, author, a_file(a_node("good"), a_node("bad", "ghost"), a_node("b", "b")))

    assert payload["roadmap"] is None
    assert payload["report"]["outcome"] == "REFUSED"
    assert [(f["line"], f["item"]) for f in payload["report"]["refused"]] == [(7, "bad"), (8, "b")]
    assert (await ask.data(ROADMAP, author, slug="sailing"))["roadmap"] is None


@pytest.mark.parametrize("file", ["", "{", "::q:: {T}", "\0", "[" * 50_000, '{"format": 1}'])
async def test_a_file_of_another_kind_is_refused(ask: Asker, author: Viewer, file: str) -> None:
    payload = await imported(ask, author, file)

    assert payload["report"]["outcome"] == "REFUSED"
    assert len(payload["report"]["refused"]) == 1
    assert ask.defects == []


async def test_a_file_beyond_a_million_characters_names_the_field(ask: Asker, author: Viewer) -> None:
    payload = await imported(ask, author, "x" * 1_000_001)

    assert payload["userErrors"][0]["__typename"] == "InvalidInput"
    assert payload["userErrors"][0]["field"] == "file"


async def test_a_dry_run_reports_and_stores_nothing(ask: Asker, author: Viewer) -> None:
    payload = await imported(ask, author, a_track(), dryRun=True)

    assert payload["report"]["outcome"] == "DRY_RUN"
    assert payload["report"]["format"] == "exercism-track/3"
    assert payload["report"]["accepted"] == 6
    assert payload["roadmap"] is None
    assert (await imported(ask, author, a_track()))["report"]["outcome"] == "STORED"


async def test_the_same_key_gives_the_same_payload(ask: Asker, author: Viewer) -> None:
    file = a_file(a_node("knots"), a_node("sails", colour="white"))

    first = await imported(ask, author, file)
    again = await imported(ask, author, file)

    assert again == first
    assert first["report"]["losses"][0]["item"] == "sails"


async def test_the_same_key_with_another_file_is_refused(ask: Asker, author: Viewer) -> None:
    await imported(ask, author, a_file(a_node("knots")))

    payload = await imported(ask, author, a_file(a_node("sails")))

    assert payload["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_another_authors_slug_is_refused_also_in_a_dry_run(ask: Asker, author: Viewer) -> None:
    await imported(ask, author, a_file(a_node("knots")))
    _, other = await ask.learner(roles=[Role.AUTHOR])

    for dry_run in (True, False):
        payload = await imported(ask, other, a_file(a_node("knots")), dryRun=dry_run)

        assert payload["roadmap"] is None
        assert payload["report"]["refused"][0]["line"] == 2
        assert payload["report"]["refused"][0]["item"] == "sailing"


async def test_two_imports_at_once_make_one_roadmap(ask: Asker, author: Viewer) -> None:
    file = a_file(a_node("knots"))

    payloads = await asyncio.gather(*(imported(ask, author, file, key=f"key {n}") for n in range(5)))

    assert sorted(p["report"]["outcome"] for p in payloads) == ["STORED", *["UNCHANGED"] * 4]
    assert len({p["roadmap"]["id"] for p in payloads}) == 1


async def test_only_authors_import(ask: Asker) -> None:
    _, learner = await ask.learner()

    for viewer, code in ((learner, "FORBIDDEN"), (None, "UNAUTHENTICATED")):
        response = await ask(IMPORT, viewer, input={"file": "{}", "idempotencyKey": "k"})

        assert "data" not in response
        assert {error["extensions"]["code"] for error in response["errors"]} >= {code}


async def test_only_the_author_or_an_admin_publishes(ask: Asker, author: Viewer) -> None:
    roadmap_id = (await imported(ask, author, a_file(a_node("knots"))))["roadmap"]["id"]
    _, other = await ask.learner(roles=[Role.AUTHOR])
    _, admin = await ask.learner(roles=[Role.ADMIN])

    foreign = (await ask.data(PUBLISH, other, id=roadmap_id))["publishRoadmap"]
    assert foreign["userErrors"][0]["code"] == "NOT_FOUND"

    by_admin = (await ask.data(PUBLISH, admin, id=roadmap_id))["publishRoadmap"]
    assert by_admin["userErrors"] == []

    visible = (await ask.data(ARCHIVE, other, id=roadmap_id))["archiveRoadmap"]
    assert visible["userErrors"][0]["code"] == "FORBIDDEN"


async def test_publishing_twice_finds_no_draft(ask: Asker, author: Viewer) -> None:
    roadmap_id = await published(ask, author, a_file(a_node("knots")))

    payload = (await ask.data(PUBLISH, author, id=roadmap_id))["publishRoadmap"]

    assert payload["userErrors"][0]["__typename"] == "NothingToPublish"


async def test_title_and_visibility_change_with_the_publication(ask: Asker, author: Viewer) -> None:
    await published(ask, author, a_file(a_node("knots")))
    changed = a_file(a_node("knots"), title="Sailing far", visibility="UNLISTED")

    draft = await imported(ask, author, changed, key="two")
    assert draft["roadmap"]["title"] == "Sailing"
    assert await slugs(ask) == ["sailing"]

    await ask.data(PUBLISH, author, id=draft["roadmap"]["id"])
    assert (await ask.data(ROADMAP, slug="sailing"))["roadmap"]["title"] == "Sailing far"
    assert await slugs(ask) == []


async def test_a_private_roadmap_is_its_authors_alone(ask: Asker, author: Viewer) -> None:
    roadmap_id = await published(ask, author, a_file(a_node("knots"), visibility="PRIVATE"))
    _, other = await ask.learner()
    by_id = "query ($id: ID!) { roadmap(by: {id: $id}) { slug currentVersion { nodes { id } } } }"

    assert (await ask.data(by_id, other, id=roadmap_id))["roadmap"] is None
    assert (await ask.data(by_id, None, id=roadmap_id))["roadmap"] is None
    own = (await ask.data(by_id, author, id=roadmap_id))["roadmap"]
    assert len(own["currentVersion"]["nodes"]) == 1


async def test_an_archived_roadmap_is_found_no_more(ask: Asker, author: Viewer) -> None:
    roadmap_id = await published(ask, author, a_file(a_node("knots")))

    payload = (await ask.data(ARCHIVE, author, id=roadmap_id))["archiveRoadmap"]

    assert payload["roadmap"]["currentVersion"] is None
    assert (await ask.data(ROADMAP, slug="sailing"))["roadmap"] is None
    assert await slugs(ask) == []


async def test_a_quiz_that_is_not_there_yet_is_null(ask: Asker, author: Viewer) -> None:
    await published(ask, author, a_file(a_quiz_node("exam", quiz="no-such-quiz")))

    roadmap = (await ask.data(ROADMAP, slug="sailing"))["roadmap"]

    assert roadmap["currentVersion"]["nodes"][0]["quiz"] is None


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
        await published(ask, author, a_file(a_node("knots"), slug=f"road-{number}"), key=str(number))
    page = "query ($after: Cursor) { roadmaps(first: 2, after: $after) { nodes { slug } pageInfo { hasNextPage endCursor } } }"

    first = (await ask.data(page))["roadmaps"]
    rest = (await ask.data(page, None, after=first["pageInfo"]["endCursor"]))["roadmaps"]

    assert [node["slug"] for node in first["nodes"]] == ["road-2", "road-1"]
    assert first["pageInfo"]["hasNextPage"]
    assert [node["slug"] for node in rest["nodes"]] == ["road-0"]


async def test_the_demo_roadmaps_import_and_publish(ask: Asker, author: Viewer) -> None:
    nodes = 0
    for path in sorted(CONTENT.glob("*.json")):
        text = path.read_text("utf-8")
        await published(ask, author, text, key=path.stem)
        nodes += len(json.loads(text)["nodes"])

    assert len(await slugs(ask)) == 3
    assert nodes > 60


@pytest.mark.parametrize("strange", ["\0", "\ud800", "\u202e", "\x1b[31m", "x" * 5_000])
async def test_a_report_holds_no_strange_characters_of_the_file(
    ask: Asker, author: Viewer, strange: str
) -> None:
    node = a_node("knots", **{f"colour {strange}": 1})

    kept = await imported(ask, author, a_file(node))
    refused = await imported(ask, author, a_file(a_node("a", strange), a_node(strange)), key="two")

    assert kept["report"]["outcome"] == "STORED"
    assert len(kept["report"]["losses"]) == 1
    assert refused["report"]["outcome"] == "REFUSED"
    assert ask.defects == []
