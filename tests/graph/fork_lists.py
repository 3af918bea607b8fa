"""Lists of forks: conflicts and the undo of a pull, each made as long as asked for, and counted."""

from typing import Any

from domain.accounts.users import Viewer
from tests.builders import mint
from tests.graph.other_lists import Cost, below
from tests.support.clients.drafts import add, create_roadmap, edited, start_draft
from tests.support.clients.forks import fork, upstream_diff
from tests.support.clients.migrations import publish
from tests.support.schema_client import Asker


async def costs_of_pulls(ask: Asker, viewer: Viewer, size: int) -> dict[str, Cost]:
    """Fork a roadmap, change `size` nodes of both differently, and pull."""
    made = await create_roadmap(ask, viewer, slug=mint("origin").lower().replace("_", "-"))
    await edited(ask, viewer, made["version"], *(add(f"n{n}") for n in range(size)))
    await publish(ask, viewer, made["roadmap"]["id"])
    forked = await fork(ask, viewer, made["roadmap"]["id"])
    mine = await edited(ask, viewer, forked["version"], *_titled("Mine", size))
    await edited(ask, viewer, await start_draft(ask, viewer, made["roadmap"]["id"]), *_titled("Theirs", size))
    await publish(ask, viewer, made["roadmap"]["id"])
    diff = await upstream_diff(ask, viewer, forked["roadmap"]["id"])
    listed = "UpstreamDiff.conflicts"
    document = """query ($id: ID!) { roadmap(by: {id: $id}) { upstreamDiff { conflicts %s } } }""" % below(
        listed
    )
    shown = (await ask.data(document, viewer, id=forked["roadmap"]["id"]))["roadmap"]["upstreamDiff"]
    costs = {listed: (ask.statements, len(shown["conflicts"]))}
    refused = "UnresolvedConflicts.conflicts"
    payload = await _pull(ask, viewer, mine, diff, [], below(refused))
    costs[refused] = (ask.statements, len(payload["userErrors"][0]["conflicts"]))
    choices = [{"key": f"n{n}", "field": "TITLE", "choice": "TAKE_THEIRS"} for n in range(size)]
    payload = await _pull(ask, viewer, mine, diff, choices, "{ key }")
    return costs | {"PullUpstreamPayload.undo": (ask.statements, len(payload["undo"]))}


def _titled(title: str, size: int) -> list[dict[str, Any]]:
    return [{"changeNode": {"key": f"n{n}", "title": title}} for n in range(size)]


async def _pull(
    ask: Asker,
    viewer: Viewer,
    version: dict[str, Any],
    diff: dict[str, Any],
    choices: list[dict[str, Any]],
    selection: str,
) -> dict[str, Any]:
    text = (
        "mutation ($input: PullUpstreamInput!) { pullUpstream(input: $input) { undo userErrors { "
        f"... on UnresolvedConflicts {{ conflicts {selection} }} }} }} }}"
    )
    given = {
        "versionId": version["id"],
        "revision": version["revision"],
        "upstreamVersionId": diff["upstream"]["id"],
        "choices": choices,
    }
    payload: dict[str, Any] = (await ask.data(text, viewer, input=given))["pullUpstream"]
    return payload
