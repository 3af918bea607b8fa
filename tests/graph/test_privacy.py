"""Privacy through the schema: what others see of a profile on every path, and who stands on the boards."""

from datetime import date
from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType, get_named_type

from domain import boards_projection, xp
from domain.users import Role, User, Viewer
from domain.work import Meter
from domain.xp import Award, XpReason
from graph.schema import executable
from tests.accounts_asking import ADMINS, done, refusal
from tests.asking import Asker
from tests.builders import mint
from tests.graph.world import a_question_file, a_roadmap_file

SEEN = "{ handle avatarUrl bio joinedAt level xpTotal }"
HIDDEN = {"avatarUrl": None, "bio": None, "joinedAt": None}
SHOWN = {
    "avatarUrl": "https://example.org/ada.png",
    "bio": "Learns.",
    "joinedAt": "2026-01-01T00:00:00.000Z",
}
NODE = f"... on User {SEEN}"
OWN = "the caller's own"
OF_THE_CALLER = {"Login", "RefreshSession", "Register", "SignInWithGoogle", "UpdateProfile", "VerifyEmail"}
"""Mutations whose payload shows the one whom they signed in, or whose profile they changed, and nobody else."""
PATHS: dict[str, str] = {
    "AdminUser.user": f"{{ adminUsers {{ nodes {{ user {SEEN} }} }} }}",
    "AuditEntry.actor": f"{{ auditLog {{ nodes {{ actor {SEEN} }} }} }}",
    "Goal.owner": OWN,
    "LeaderboardEntry.user": f"{{ leaderboard(scope: GLOBAL, window: ALL_TIME) {{ entries {{ user {SEEN} }} }} }}",
    "Query.node": f'{{ node(id: "$ID") {{ {NODE} }} }}',
    "Query.nodes": f'{{ nodes(ids: ["$ID"]) {{ {NODE} }} }}',
    "Query.user": f'{{ user(by: {{id: "$ID"}}) {SEEN} other: user(by: {{handle: "ada"}}) {SEEN} }}',
    "Quiz.author": f'{{ quiz(by: {{slug: "quiz-0"}}) {{ author {SEEN} }} }}',
    "Roadmap.author": f'{{ roadmap(by: {{slug: "roadmap-0"}}) {{ author {SEEN} }} }}',
    "UserConnection.nodes": f"{{ users {{ nodes {SEEN} }} }}",
    "UserEdge.node": f"{{ users {{ edges {{ node {SEEN} }} }} }}",
    "Viewer.user": OWN,
}
"""Every field that leads to a user, with a document that leads to Ada as others ask for it."""

IMPORTS = {
    "importRoadmap": (a_roadmap_file(0, 1), "roadmap { id }"),
    "importQuestions": (a_question_file(0, 1), "__typename"),
}


async def an_author(ask: Asker) -> tuple[User, Viewer]:
    """Store Ada, to whom every path of the schema leads, with a whole profile."""
    ada, viewer = await ask.learner(handle="ada", roles=[*ADMINS, Role.AUTHOR])
    await done(ask, viewer, "updateProfile", bio=SHOWN["bio"], avatarUrl=SHOWN["avatarUrl"])
    for verb, (file, selection) in IMPORTS.items():
        made = await done(ask, viewer, verb, selection, file=file, idempotencyKey=mint("key"))
        if "roadmap" in made:
            await done(ask, viewer, "publishRoadmap", roadmapId=made["roadmap"]["id"])
    await on_boards(ask, ada)
    return ada, viewer


async def on_boards(ask: Asker, user: User, amount: int = 50) -> None:
    """Give a user XP that stands on the boards."""
    award = Award(
        user_id=user.id,
        reason=XpReason.ADJUSTMENT,
        source_type="test",
        source_id=mint("test"),
        amount=amount,
        occurred_at=ask.clock(),
        local_date=date(2026, 3, 2),
        explanation="A gift of the test.",
    )
    async with ask.postgres.open_work(Meter()) as work:
        await xp.award(work.xp, [award], mint=mint, emit=work.emit)
    async with ask.postgres.open_work(Meter()) as work:
        await boards_projection.project(work.boards_projection, now=ask.clock(), emit=work.emit)


def adas(value: Any) -> list[dict[str, Any]]:
    """Find every user Ada in a response."""
    if isinstance(value, list):
        return [found for item in value for found in adas(item)]
    if not isinstance(value, dict):
        return []
    inner = [found for item in value.values() for found in adas(item)]
    return [value, *inner] if value.get("handle") == "ada" else inner


def fields_that_lead_to_a_user() -> set[str]:
    schema = executable()
    user = schema.type_map["User"]
    found = set()
    for type_ in schema.type_map.values():
        if type_.name.startswith("__") or not isinstance(type_, GraphQLObjectType):
            continue
        for name, field in type_.fields.items():
            named = get_named_type(field.type)
            abstract = isinstance(named, GraphQLInterfaceType | GraphQLUnionType)
            if named is user or (abstract and user in schema.get_possible_types(named)):
                found.add(f"{type_.name}.{name}")
    return found


def test_every_path_to_a_user_is_listed_here() -> None:
    found = fields_that_lead_to_a_user()

    payloads = {f"{verb}Payload.user" for verb in OF_THE_CALLER}
    assert found == PATHS.keys() | payloads


@pytest.mark.parametrize("path", [path for path, text in PATHS.items() if text.startswith("{")])
async def test_what_is_hidden_is_null_for_others_on_every_path_and_there_for_oneself(
    ask: Asker, path: str
) -> None:
    ada, viewer = await an_author(ask)
    _, other = await ask.learner(roles=ADMINS)
    text = PATHS[path].replace("$ID", ada.id)
    await done(ask, viewer, "setRoles", userId=(await ask.learner())[0].id, roles=["AUTHOR"])
    before = adas(await ask.data(text, other))

    await done(ask, viewer, "updatePrivacy", avatarUrl="NOBODY", bio="FRIENDS", joinedAt="NOBODY")

    after = adas(await ask.data(text, other))
    assert before
    assert all(SHOWN.items() <= found.items() for found in before)
    assert len(after) >= len(before)
    assert all(HIDDEN.items() <= found.items() for found in after)
    assert all(found["xpTotal"] == 50 for found in after)
    assert all(SHOWN.items() <= found.items() for found in adas(await ask.data(text, viewer)))


async def test_the_anonymous_see_what_everyone_sees(ask: Asker) -> None:
    ada, viewer = await an_author(ask)
    text = PATHS["Query.user"].replace("$ID", ada.id)
    await done(ask, viewer, "updatePrivacy", bio="NOBODY")

    found = adas(await ask.data(text))

    assert found[0] == found[1]
    assert (found[0]["bio"], found[0]["avatarUrl"]) == (None, SHOWN["avatarUrl"])


async def test_changing_a_hidden_bio_is_still_possible(ask: Asker) -> None:
    _, viewer = await an_author(ask)
    await done(ask, viewer, "updatePrivacy", bio="NOBODY")

    payload = await done(ask, viewer, "updateProfile", f"user {SEEN}", displayName="Ada L.")

    assert payload["user"]["bio"] == SHOWN["bio"]


async def test_privacy_is_shown_to_oneself_alone(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    _, other = await ask.learner(roles=ADMINS)
    text = "query ($id: ID!) { user(by: {id: $id}) { privacy { avatarUrl bio joinedAt onBoards } } }"
    await done(ask, viewer, "updatePrivacy", bio="FRIENDS")

    own = (await ask.data(text, viewer, id=ada.id))["user"]["privacy"]

    assert own == {"avatarUrl": "EVERYONE", "bio": "FRIENDS", "joinedAt": "EVERYONE", "onBoards": True}
    assert (await ask.data(text, other, id=ada.id))["user"]["privacy"] is None


async def test_a_change_of_privacy_is_written_down_once(ask: Asker) -> None:
    _, viewer = await ask.learner()
    text = "{ viewer { auditLog { nodes { action difference { name value } } } } }"

    await done(ask, viewer, "updatePrivacy", bio="NOBODY", onBoards=False)
    await done(ask, viewer, "updatePrivacy", bio="NOBODY")

    (entry,) = (await ask.data(text, viewer))["viewer"]["auditLog"]["nodes"]
    assert entry["action"] == "PRIVACY_CHANGED"
    assert {d["name"]: d["value"] for d in entry["difference"]} == {"bio": "NOBODY", "on_boards": "false"}


async def test_a_field_that_is_cleared_is_refused(ask: Asker) -> None:
    _, viewer = await ask.learner()

    assert await refusal(ask, viewer, "updatePrivacy", onBoards=None) == ("InvalidInput", "onBoards")


async def test_who_leaves_the_boards_is_seen_there_by_nobody_else_and_may_come_back(ask: Asker) -> None:
    ada, viewer = await ask.learner(handle="ada")
    _, other = await ask.learner()
    await on_boards(ask, ada)
    board = "{ leaderboard(scope: GLOBAL, window: ALL_TIME) { entries { user { handle } } viewerEntry { rank } } }"

    await done(ask, viewer, "updatePrivacy", onBoards=False)
    left, own = await ask.data(board, other), await ask.data(board, viewer)
    await on_boards(ask, ada)
    still = await ask.data(board, other)
    await done(ask, viewer, "updatePrivacy", onBoards=True)
    back = await ask.data(board, other)

    assert adas(left) == adas(still) == []
    assert own["leaderboard"]["viewerEntry"] == {"rank": 1}
    assert len(adas(back)) == 1
