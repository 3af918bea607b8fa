"""Collaborators through the schema: who edits, who reviews, who publishes, and who learns of whom."""

from datetime import timedelta
from typing import Any

import pytest

from domain.accounts.users import Role, User, Viewer
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.clients.collaborators import answer, invite, joined, mine, on
from tests.support.clients.drafts import add, content_of, create_roadmap, edit_draft, edited, start_draft
from tests.support.clients.migrations import enrolment_of, publish
from tests.support.clients.roadmaps import PUBLISH, enrol, set_node
from tests.support.clients.share_links import CREATE_LINK
from tests.support.mail import posted
from tests.support.schema_client import Asker

AUTHORS = [Role.LEARNER, Role.AUTHOR]
SHOW = """mutation ($input: ChangeRoadmapVisibilityInput!) { changeRoadmapVisibility(input: $input) {
  roadmap { id visibility } userErrors { ... on UserError { code field } } } }"""
SEEN = "query ($id: ID!) { roadmap(by: {id: $id}) { id } roadmaps { nodes { id } } }"
XP = "{ viewer { user { xpTotal } } }"


@pytest.fixture
async def author(ask: Asker) -> Viewer:
    return (await ask.learner(roles=AUTHORS))[1]


async def verified(ask: Asker, **values: Any) -> tuple[User, Viewer, str]:
    """A user with a verified address."""
    user, viewer = await ask.learner(**values)
    address = f"{mint('mail').lower()}@example.org"
    async with ask.postgres.open_work(Meter()) as work:
        await work.credentials.set_verified_email(user.id, address)
    return user, viewer, address


async def a_draft(ask: Asker, author: Viewer) -> dict[str, Any]:
    """Create a roadmap of two nodes, which is not published; return its payload, with the draft as it is then."""
    made = await create_roadmap(ask, author, slug=mint("together").lower().replace("_", "-"))
    version = await edited(ask, author, made["version"], add("a"), add("b", "a"))
    return made | {"version": version}


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


async def test_a_co_author_reads_and_edits_the_draft_and_does_not_publish(ask: Asker, author: Viewer) -> None:
    made = await a_draft(ask, author)
    user, helper = await ask.learner(roles=AUTHORS)
    await joined(ask, author, made["roadmap"]["id"], helper, user.handle, "CO_AUTHOR")

    edit = await edit_draft(ask, helper, made["version"], add("c"))
    published = (await ask.data(PUBLISH, helper, id=made["roadmap"]["id"]))["publishRoadmap"]
    shared = (await ask.data(CREATE_LINK, helper, id=made["roadmap"]["id"]))["createShareLink"]
    invited = await invite(ask, helper, made["roadmap"]["id"], handle="grace")

    assert edit["userErrors"] == []
    assert codes(published) == codes(shared) == codes(invited) == ["FORBIDDEN"]
    assert [node["key"] for node in (await content_of(ask, author, made["version"]["id"]))["nodes"]] == [
        "a",
        "b",
        "c",
    ]


async def test_a_co_author_does_not_change_the_visibility_in_the_draft(ask: Asker, author: Viewer) -> None:
    made = await a_draft(ask, author)
    user, helper = await ask.learner(roles=AUTHORS)
    await joined(ask, author, made["roadmap"]["id"], helper, user.handle, "CO_AUTHOR")

    refused = await edit_draft(
        ask, helper, made["version"], add("c"), {"describe": {"title": "New", "visibility": "PRIVATE"}}
    )
    same = await edited(ask, helper, made["version"], {"describe": {"title": "New", "visibility": "PUBLIC"}})
    own = await edit_draft(ask, author, same, {"describe": {"visibility": "PRIVATE"}})

    assert [(error["code"], error["field"]) for error in refused["userErrors"]] == [
        ("FORBIDDEN", "operations[1].describe.visibility")
    ]
    assert own["userErrors"] == []
    content = await content_of(ask, author, made["version"]["id"])
    assert [node["key"] for node in content["nodes"]] == ["a", "b"]


async def test_two_editors_at_once_do_not_overwrite_each_other(ask: Asker, author: Viewer) -> None:
    made = await a_draft(ask, author)
    user, helper = await ask.learner(roles=AUTHORS)
    await joined(ask, author, made["roadmap"]["id"], helper, user.handle, "CO_AUTHOR")

    await edited(ask, author, made["version"], {"changeNode": {"key": "a", "title": "Mine"}})
    late = await edit_draft(ask, helper, made["version"], {"changeNode": {"key": "a", "title": "Theirs"}})

    assert codes(late) == ["VERSION_CONFLICT"]
    assert (await content_of(ask, helper, made["version"]["id"]))["nodes"][0]["title"] == "Mine"


async def test_a_reviewer_reads_the_draft_and_does_not_edit_it(ask: Asker, author: Viewer) -> None:
    made = await a_draft(ask, author)
    user, helper = await ask.learner(roles=AUTHORS)
    await joined(ask, author, made["roadmap"]["id"], helper, user.handle, "REVIEWER")

    assert len((await content_of(ask, helper, made["version"]["id"]))["nodes"]) == 2
    assert codes(await edit_draft(ask, helper, made["version"], add("c"))) == ["FORBIDDEN"]


async def test_an_invited_user_sees_the_title_and_nothing_else_before_they_accept(
    ask: Asker, author: Viewer
) -> None:
    made = await a_draft(ask, author)
    user, helper = await ask.learner(roles=AUTHORS)

    await invite(ask, author, made["roadmap"]["id"], handle=user.handle)

    (invitation,) = await mine(ask, helper)
    assert (invitation["roadmapTitle"], invitation["roadmap"]) == (made["roadmap"]["title"], None)
    assert invitation["acceptedAt"] is None
    assert await on(ask, helper, made["roadmap"]["id"]) is None
    assert [each["user"]["handle"] for each in await on(ask, author, made["roadmap"]["id"])] == [user.handle]


async def test_an_invitation_expires_after_14_days(ask: Asker, author: Viewer) -> None:
    made = await a_draft(ask, author)
    user, helper = await ask.learner()
    await invite(ask, author, made["roadmap"]["id"], handle=user.handle)
    (invitation,) = await mine(ask, helper)

    ask.clock.forward(hours=timedelta(days=14).total_seconds() / 3_600)

    assert await mine(ask, helper) == []
    assert codes(await answer(ask, helper, "acceptInvitation", invitation["id"])) == ["NOT_FOUND"]


@pytest.mark.parametrize("accepts_first", [False, True])
async def test_a_user_declines_or_leaves(ask: Asker, author: Viewer, accepts_first: bool) -> None:
    made = await a_draft(ask, author)
    user, helper = await ask.learner()
    await invite(ask, author, made["roadmap"]["id"], handle=user.handle)
    (invitation,) = await mine(ask, helper)
    if accepts_first:
        await answer(ask, helper, "acceptInvitation", invitation["id"])

    left = await answer(ask, helper, "leaveCollaboration", invitation["id"])

    assert left["userErrors"] == []
    assert await mine(ask, helper) == []
    assert await on(ask, author, made["roadmap"]["id"]) == []
    assert await on(ask, helper, made["roadmap"]["id"]) is None


async def test_the_author_removes_a_collaborator_and_nobody_else_does(ask: Asker, author: Viewer) -> None:
    made = await a_draft(ask, author)
    user, helper = await ask.learner(roles=AUTHORS)
    found = await joined(ask, author, made["roadmap"]["id"], helper, user.handle, "CO_AUTHOR")
    other, second = await ask.learner(roles=AUTHORS)
    await joined(ask, author, made["roadmap"]["id"], second, other.handle, "REVIEWER")
    _, stranger = await ask.learner(roles=AUTHORS)

    assert codes(await answer(ask, second, "removeCollaborator", found["id"])) == ["FORBIDDEN"]
    assert codes(await answer(ask, stranger, "removeCollaborator", found["id"])) == ["NOT_FOUND"]
    assert codes(await answer(ask, second, "leaveCollaboration", found["id"])) == ["NOT_FOUND"]
    assert (await answer(ask, author, "removeCollaborator", found["id"]))["userErrors"] == []

    assert codes(await edit_draft(ask, helper, made["version"], add("c"))) == ["NOT_FOUND"]


async def test_an_address_does_not_tell_whether_it_has_an_account(ask: Asker, author: Viewer) -> None:
    made = await a_draft(ask, author)
    _, helper, address = await verified(ask)

    known = await invite(ask, author, made["roadmap"]["id"], email=address)
    unknown = await invite(ask, author, made["roadmap"]["id"], email="nobody@example.org")

    assert known == unknown
    assert await on(ask, author, made["roadmap"]["id"]) == []
    (invitation,) = await mine(ask, helper)
    await answer(ask, helper, "acceptInvitation", invitation["id"])
    assert len(await on(ask, author, made["roadmap"]["id"])) == 1


async def test_an_invitation_is_mailed_once(ask: Asker, author: Viewer) -> None:
    made = await a_draft(ask, author)
    _, _, address = await verified(ask)
    await posted(ask.postgres)

    for _ in range(2):
        await invite(ask, author, made["roadmap"]["id"], email=address)

    assert [(mail.to, mail.subject) for mail in await posted(ask.postgres)] == [
        (address, "You are invited to work on a roadmap")
    ]


async def test_a_second_invitation_of_a_collaborator_changes_the_role_at_once(
    ask: Asker, author: Viewer
) -> None:
    made = await a_draft(ask, author)
    user, helper = await ask.learner(roles=AUTHORS)
    await joined(ask, author, made["roadmap"]["id"], helper, user.handle, "CO_AUTHOR")

    await invite(ask, author, made["roadmap"]["id"], "REVIEWER", handle=user.handle)

    assert codes(await edit_draft(ask, helper, made["version"], add("c"))) == ["FORBIDDEN"]


async def test_an_unknown_handle_and_the_author_are_refused(ask: Asker, author: Viewer) -> None:
    user, own = await ask.learner(roles=AUTHORS)
    made = await a_draft(ask, own)

    assert codes(await invite(ask, own, made["roadmap"]["id"], handle="no_such_user")) == ["NOT_FOUND"]
    assert codes(await invite(ask, own, made["roadmap"]["id"], handle=user.handle)) == ["INVALID_INPUT"]


async def test_a_co_author_earns_nothing_on_the_roadmap(ask: Asker, author: Viewer) -> None:
    made = await a_draft(ask, author)
    roadmap_id = made["roadmap"]["id"]
    await publish(ask, author, roadmap_id)
    user, helper = await ask.learner(roles=AUTHORS)
    await joined(ask, author, roadmap_id, helper, user.handle, "CO_AUTHOR")
    await enrol(ask, helper, roadmap_id, key=mint("key"))

    await set_node(ask, helper, roadmap_id, "A", "DONE")

    assert (await ask.data(XP, helper))["viewer"]["user"]["xpTotal"] == 0


async def test_hiding_a_roadmap_takes_effect_at_once_and_loses_nothing(ask: Asker, author: Viewer) -> None:
    made = await a_draft(ask, author)
    roadmap_id = made["roadmap"]["id"]
    await publish(ask, author, roadmap_id)
    _, learner = await ask.learner()
    _, stranger = await ask.learner()
    await enrol(ask, learner, roadmap_id, key=mint("key"))
    await set_node(ask, learner, roadmap_id, "A", "DONE")
    await start_draft(ask, author, roadmap_id)

    given = {"roadmapId": roadmap_id, "visibility": "PRIVATE"}
    shown = (await ask.data(SHOW, author, input=given))["changeRoadmapVisibility"]

    assert shown == {"roadmap": {"id": roadmap_id, "visibility": "PRIVATE"}, "userErrors": []}
    for viewer in (stranger, None):
        seen = await ask.data(SEEN, viewer, id=roadmap_id)
        assert seen["roadmap"] is None
        assert {"id": roadmap_id} not in seen["roadmaps"]["nodes"]
    enrolment = await enrolment_of(ask, learner, roadmap_id)
    assert [node["viewerState"] for node in enrolment["pinnedVersion"]["nodes"]] == ["DONE", "AVAILABLE"]

    await publish(ask, author, roadmap_id)

    assert (await ask.data(SEEN, stranger, id=roadmap_id))["roadmap"] is None
    assert (await enrolment_of(ask, learner, roadmap_id))["migrationPreview"]["version"]["number"] == 2
