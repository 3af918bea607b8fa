"""Authoring scenes: drafts after which every field of theirs has something to show."""

from domain.accounts.users import Role, Viewer
from tests.builders import mint
from tests.support.clients.drafts import add, create_roadmap, edit_draft, edited, start_draft
from tests.support.clients.roadmaps import PUBLISH, enrol
from tests.support.list_fields import ListPaths
from tests.support.seen_fields import WatchingAsker, everything


async def drafts_of_every_kind(ask: WatchingAsker) -> None:
    """Edit a draft until it has flaws, and look at it."""
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    slug = mint("draft").lower().replace("_", "-")
    made = await create_roadmap(ask, author, slug=slug, description="Why.")
    draft = await edited(ask, author, made["version"], add("a", "ghost"), add("b", "a"))
    await edit_draft(ask, author, made["version"], add("c"))
    await _two_versions(ask, author)
    everything_of = everything("RoadmapVersion", 3, ListPaths({}))
    await ask.data(f'{{ node(id: "{draft["id"]}") {{ ... on RoadmapVersion {everything_of} }} }}', author)


async def _two_versions(ask: WatchingAsker, author: Viewer) -> None:
    """Publish a version, edit the next one in every way, and compare the two."""
    made = await create_roadmap(ask, author, slug=mint("diff").lower().replace("_", "-"))
    nodes = [add("a"), add("b", "a"), add("c"), add("d")]
    await edited(ask, author, made["version"], *nodes)
    await ask.data(PUBLISH, author, id=made["roadmap"]["id"])
    draft = await start_draft(ask, author, made["roadmap"]["id"])
    operations = [
        {"removeNode": {"key": "c"}},
        {"moveNode": {"key": "d", "after": None}},
        {"changeNode": {"key": "a", "title": "Else"}},
        {"disconnect": {"from": "a", "to": "b"}},
        add("e", "a"),
    ]
    operated = await edited(ask, author, draft, *operations)
    await enrol(ask, author, made["roadmap"]["id"])
    diff = everything("VersionDiff", 2, ListPaths({}))
    text = f"query ($id: ID!, $old: ID!) {{ node(id: $id) {{ ... on RoadmapVersion {{ diff(against: $old) {diff} }} }} }}"
    await ask.data(text, author, id=draft["id"], old=made["version"]["id"])
    await edited(ask, author, operated, add("f"), {"connect": {"from": "e", "to": "d"}})
    await ask.data(PUBLISH, author, id=made["roadmap"]["id"])
    preview = everything("MigrationPreview", 2, ListPaths({}))
    text = "query ($id: ID!) { roadmap(by: {id: $id}) { enrolment { migrationPreview %s } } }" % preview
    await ask.data(text, author, id=made["roadmap"]["id"])
