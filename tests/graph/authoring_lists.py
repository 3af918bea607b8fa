"""Lists of authoring that no query of the world makes long: each is made as long as asked for, and counted."""

from domain.accounts.users import Viewer
from tests.builders import mint
from tests.graph.other_lists import Cost, below
from tests.support.clients.drafts import (
    add,
    content_of,
    create_roadmap,
    edit_draft,
    edited,
    keys_in,
    start_draft,
)
from tests.support.clients.roadmaps import PUBLISH, enrol
from tests.support.schema_client import Asker


async def costs_of_drafts(ask: Asker, viewer: Viewer, size: int) -> dict[str, Cost]:
    """Edit a draft with `size` operations, which give it as many flaws; read these."""
    made = await create_roadmap(ask, viewer, slug=mint("draft").lower().replace("_", "-"))
    operations = [add(f"n{n}", "ghost") for n in range(size)]
    payload = await edit_draft(ask, viewer, made["version"], *operations)
    costs = {"EditRoadmapDraftPayload.undo": (ask.statements, len(payload["undo"]))}
    flaws = "RoadmapVersion.validation"
    document = "query ($id: ID!) { node(id: $id) { ... on RoadmapVersion { validation %s } } }" % below(flaws)
    shown = (await ask.data(document, viewer, id=made["version"]["id"]))["node"]["validation"]
    return costs | {flaws: (ask.statements, len(shown))}


async def costs_of_diffs(ask: Asker, viewer: Viewer, size: int) -> dict[str, Cost]:
    """Compare a draft with the version before: `size` nodes are added, removed, changed, moved, and so on."""
    made = await create_roadmap(ask, viewer, slug=mint("diff").lower().replace("_", "-"))
    chain = [add(f"{kind}{n}") for kind in ("stay", "gone", "other", "leaf") for n in range(size)]
    needs = [{"connect": {"from": "stay0", "to": f"leaf{n}"}} for n in range(size)]
    before = made["version"]
    for operations in (chain[: 2 * size], chain[2 * size :], needs):
        before = await edited(ask, viewer, before, *operations)
    assert (await ask.data(PUBLISH, viewer, id=made["roadmap"]["id"]))["publishRoadmap"]["userErrors"] == []
    after = await start_draft(ask, viewer, made["roadmap"]["id"])
    for operations in (
        [{"removeNode": {"key": f"gone{n}"}} for n in range(size)],
        [{"changeNode": {"key": f"other{n}", "title": "Else"}} for n in range(size)],
        [{"moveNode": {"key": f"leaf{n}", "after": None}} for n in range(size)],
        [add(f"new{n}", "stay0") for n in range(size)],
        [{"disconnect": {"from": "stay0", "to": f"leaf{n}"}} for n in range(size)],
    ):
        after = await edited(ask, viewer, after, *operations)
    costs = await _costs_of_migrations(ask, viewer, made["roadmap"]["id"])
    for name in ("added", "removed", "moved", "changed", "addedEdges", "removedEdges"):
        coordinate = f"VersionDiff.{name}"
        document = """query ($id: ID!, $against: ID!) { node(id: $id) { ... on RoadmapVersion {
          diff(against: $against) { %s %s } } } }""" % (name, below(coordinate))
        shown = (await ask.data(document, viewer, id=after["id"], against=before["id"]))["node"]["diff"]
        costs[coordinate] = (ask.statements, len(shown[name]))
    return costs


async def _costs_of_migrations(ask: Asker, viewer: Viewer, roadmap_id: str) -> dict[str, Cost]:
    """Enrol in the version that is published, lock what was open in it, publish the draft, and read the preview."""
    await enrol(ask, viewer, roadmap_id, key=mint("key"))
    draft = await start_draft(ask, viewer, roadmap_id)
    keys = keys_in(await content_of(ask, viewer, draft["id"]))
    others = [key for key in keys if key.startswith("other")]
    locks = [{"connect": {"from": "stay0", "to": key}} for key in others]
    await edited(ask, viewer, draft, *locks)
    await ask.data(PUBLISH, viewer, id=roadmap_id)
    costs = {}
    for name in ("kept", "new", "removed", "newlyLocked"):
        coordinate = f"MigrationPreview.{name}"
        document = (
            """query ($id: ID!) { roadmap(by: {id: $id}) { enrolment { migrationPreview { %s %s } } } }"""
            % (
                name,
                below(coordinate),
            )
        )
        enrolment = (await ask.data(document, viewer, id=roadmap_id))["roadmap"]["enrolment"]
        costs[coordinate] = (ask.statements, len(enrolment["migrationPreview"][name]))
    return costs
