"""Profile visibility through the schema: what others see of a profile on every path, and leaderboards."""

from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType, get_named_type

from domain.accounts.users import Role
from graph.schema import executable
from tests.support.accounts import ADMINS, accepted, refusal
from tests.support.ai_calls import called
from tests.support.collaboration_scenes import known_to_each_other
from tests.support.generation_scenes import reviewed_by
from tests.support.privacy import AVATAR_URL, BIO, an_author, on_boards
from tests.support.quality_scenes import questions_of_another, store_report
from tests.support.schema_client import Asker
from tests.support.threads import a_thread

SEEN = "{ handle avatarUrl bio joinedAt level xpTotal }"
HIDDEN = {"avatarUrl": None, "bio": None, "joinedAt": None}
SHOWN = {"avatarUrl": AVATAR_URL, "bio": BIO, "joinedAt": "2026-01-01T00:00:00.000Z"}
NODE = f"... on User {SEEN}"
OWN = "the caller's own"
OF_THE_CALLER = {"Login", "RefreshSession", "Register", "SignInWithGoogle", "UpdateProfile", "VerifyEmail"}
"""Mutations whose payload contains only the user whom they signed in, or whose profile they changed."""
PATHS: dict[str, str] = {
    "AiCall.caller": f"{{ aiCalls {{ nodes {{ caller {SEEN} }} }} }}",
    "AdminUser.user": f"{{ adminUsers {{ nodes {{ user {SEEN} }} }} }}",
    "AuditEntry.actor": f"{{ auditLog {{ nodes {{ actor {SEEN} }} }} }}",
    "Collaborator.invitedBy": f"{{ viewer {{ collaborations {{ nodes {{ invitedBy {SEEN} }} }} }} }}",
    "Collaborator.user": f'{{ roadmap(by: {{slug: "of-other"}}) {{ collaborators {{ nodes {{ user {SEEN} }} }} }} }}',
    "Evidence.learner": f'{{ roadmap(by: {{slug: "of-other"}}) {{ evidenceToReview {{ nodes {{ learner {SEEN} }} }} }} }}',
    "Evidence.reviewer": "{ viewer { enrolments { nodes { pinnedVersion { nodes { myEvidence { reviewer "
    f"{SEEN} }} }} }} }} }} }} }}",
    "FeatureFlagSetting.changedBy": f"{{ featureFlagSettings {{ changedBy {SEEN} }} }}",
    "Goal.owner": OWN,
    "Job.user": f"{{ jobs {{ nodes {{ user {SEEN} }} }} }}",
    "JobQueue.pausedBy": f"{{ jobQueues {{ pausedBy {SEEN} }} }}",
    "LeaderboardEntry.user": f"{{ leaderboard(scope: GLOBAL, window: ALL_TIME) {{ entries {{ user {SEEN} }} }} }}",
    "LoggedActivity.object": OWN,
    "PendingXp.user": f"{{ pendingXp {{ nodes {{ user {SEEN} }} }} }}",
    "QuestionReport.reporter": f"{{ questionReports {{ nodes {{ reporter {SEEN} }} }} }}",
    "QuestionProvenance.reviewedBy": f"{{ myContent {{ nodes {{ question {{ provenance {{ reviewedBy {SEEN} }} }} }} }} }}",
    "Query.node": f'{{ node(id: "$ID") {{ {NODE} }} }}',
    "Query.nodes": f'{{ nodes(ids: ["$ID"]) {{ {NODE} }} }}',
    "Thread.owner": f"{{ viewer {{ sharedThreads {{ nodes {{ owner {SEEN} }} }} }} }}",
    "ThreadReader.user": f"{{ viewer {{ threads {{ nodes {{ readers {{ nodes {{ user {SEEN} }} }} }} }} }} }}",
    "TimeAllowance.setBy": f"{{ timeAllowances {{ nodes {{ setBy {SEEN} }} }} }}",
    "TimeAllowance.user": f"{{ timeAllowances {{ nodes {{ user {SEEN} }} }} }}",
    "WebhookEndpoint.owner": f"{{ webhookEndpoints {{ nodes {{ owner {SEEN} }} }} }}",
    "Query.user": f'{{ user(by: {{id: "$ID"}}) {SEEN} other: user(by: {{handle: "ada"}}) {SEEN} }}',
    "Quiz.author": f'{{ quiz(by: {{slug: "quiz-0"}}) {{ author {SEEN} }} }}',
    "Roadmap.author": f'{{ roadmap(by: {{slug: "roadmap-0"}}) {{ author {SEEN} }} }}',
    "SearchHit.object": f'{{ search(query: "ada", types: [USER]) {{ nodes {{ object {{ {NODE} }} }} }} }}',
    "UserConnection.nodes": f"{{ users {{ nodes {SEEN} }} }}",
    "UserEdge.node": f"{{ users {{ edges {{ node {SEEN} }} }} }}",
    "Viewer.user": OWN,
}
"""Every field that leads to a user, with a document in which others reach Ada through it."""


def adas(value: Any) -> list[dict[str, Any]]:
    """Find every user Ada in a response."""
    if isinstance(value, list):
        return [found for item in value for found in adas(item)]
    if not isinstance(value, dict):
        return []
    inner = [found for item in value.values() for found in adas(item)]
    return [value, *inner] if value.get("handle") == "ada" else inner


def user_fields() -> set[str]:
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


def test_every_path_to_a_user_is_listed() -> None:
    found = user_fields()

    payloads = {f"{name}Payload.user" for name in OF_THE_CALLER}
    assert found == PATHS.keys() | payloads


@pytest.mark.parametrize("path", [path for path, text in PATHS.items() if text.startswith("{")])
async def test_hidden_fields_are_null_for_others_on_every_path_and_visible_to_the_owner(
    ask: Asker, path: str
) -> None:
    ada, viewer = await an_author(ask)
    person, other = await ask.learner(roles=[*ADMINS, Role.AUTHOR])
    if path.startswith("AiCall"):
        await called(ask, viewer)
    if path.startswith("Thread"):
        for owner, reader in ((viewer, person), (other, ada)):
            await accepted(
                ask,
                owner,
                "shareThreadWith",
                threadId=await a_thread(ask, owner),
                handle=reader.handle,
            )
    if path.startswith(("Collaborator", "Evidence")):
        await known_to_each_other(ask, viewer, other)
    if path.startswith("QuestionReport"):
        (question_id,) = await questions_of_another(ask, 1)
        await store_report(ask, question_id, ada.id)
    if path.startswith("QuestionProvenance"):
        await reviewed_by(ask, other, viewer)
    text = PATHS[path].replace("$ID", ada.id)
    await accepted(ask, viewer, "setRoles", userId=(await ask.learner())[0].id, roles=["AUTHOR"])
    before = adas(await ask.data(text, other))

    await accepted(ask, viewer, "updatePrivacy", avatarUrl="NOBODY", bio="NOBODY", joinedAt="NOBODY")

    after = adas(await ask.data(text, other))
    assert before
    assert all(SHOWN.items() <= found.items() for found in before)
    assert len(after) >= len(before)
    assert all(HIDDEN.items() <= found.items() for found in after)
    assert all(found["xpTotal"] == 50 for found in after)
    assert all(SHOWN.items() <= found.items() for found in adas(await ask.data(text, viewer)))


async def test_anonymous_callers_see_what_everyone_sees(ask: Asker) -> None:
    ada, viewer = await an_author(ask)
    text = PATHS["Query.user"].replace("$ID", ada.id)
    await accepted(ask, viewer, "updatePrivacy", bio="NOBODY")

    found = adas(await ask.data(text))

    assert found[0] == found[1]
    assert (found[0]["bio"], found[0]["avatarUrl"]) == (None, SHOWN["avatarUrl"])


async def test_changing_a_hidden_bio_is_still_possible(ask: Asker) -> None:
    _, viewer = await an_author(ask)
    await accepted(ask, viewer, "updatePrivacy", bio="NOBODY")

    payload = await accepted(ask, viewer, "updateProfile", f"user {SEEN}", displayName="Ada L.")

    assert payload["user"]["bio"] == SHOWN["bio"]


async def test_privacy_settings_are_visible_to_their_owner_only(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    _, other = await ask.learner(roles=ADMINS)
    text = "query ($id: ID!) { user(by: {id: $id}) { privacy { avatarUrl bio joinedAt onBoards } } }"
    await accepted(ask, viewer, "updatePrivacy", bio="NOBODY")

    own = (await ask.data(text, viewer, id=ada.id))["user"]["privacy"]

    assert own == {"avatarUrl": "EVERYONE", "bio": "NOBODY", "joinedAt": "EVERYONE", "onBoards": True}
    assert (await ask.data(text, other, id=ada.id))["user"]["privacy"] is None


async def test_a_change_of_privacy_settings_is_audited_once(ask: Asker) -> None:
    _, viewer = await ask.learner()
    text = "{ viewer { auditLog { nodes { action difference { name value } } } } }"

    await accepted(ask, viewer, "updatePrivacy", bio="NOBODY", onBoards=False)
    await accepted(ask, viewer, "updatePrivacy", bio="NOBODY")

    (entry,) = (await ask.data(text, viewer))["viewer"]["auditLog"]["nodes"]
    assert entry["action"] == "PRIVACY_CHANGED"
    assert {d["name"]: d["value"] for d in entry["difference"]} == {"bio": "NOBODY", "on_boards": "false"}


async def test_a_null_setting_is_refused(ask: Asker) -> None:
    _, viewer = await ask.learner()

    assert await refusal(ask, viewer, "updatePrivacy", onBoards=None) == ("InvalidInput", "onBoards")


async def test_a_user_who_leaves_the_leaderboards_is_hidden_from_others_and_may_return(ask: Asker) -> None:
    ada, viewer = await ask.learner(handle="ada")
    _, other = await ask.learner()
    await on_boards(ask, ada)
    board = "{ leaderboard(scope: GLOBAL, window: ALL_TIME) { entries { user { handle } } viewerEntry { rank } } }"

    await accepted(ask, viewer, "updatePrivacy", onBoards=False)
    left, own = await ask.data(board, other), await ask.data(board, viewer)
    await on_boards(ask, ada)
    still = await ask.data(board, other)
    await accepted(ask, viewer, "updatePrivacy", onBoards=True)
    back = await ask.data(board, other)

    assert adas(left) == adas(still) == []
    assert own["leaderboard"]["viewerEntry"] == {"rank": 1}
    assert len(adas(back)) == 1
