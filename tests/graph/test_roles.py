"""Roles and suspensions through the schema."""

import asyncio
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from domain import entering
from domain.audit import NOWHERE
from domain.suspensions import AccountSuspendedError
from domain.users import Role, User
from domain.work import Meter
from graph.schema import executable
from tests.accounts_asking import (
    ACCOUNT,
    an_admin,
    did,
    done,
    refusal,
    roles_now,
    version_of,
    with_roles,
)
from tests.asking import Asker
from tests.builders import mint

LOG = "{ auditLog { nodes { actor { handle } action target difference { name value } address sessionId } } }"
SEARCH = """query ($query: String, $role: Role, $suspended: Boolean, $first: Int, $after: Cursor) {
  adminUsers(query: $query, role: $role, suspended: $suspended, first: $first, after: $after) {
    nodes { user { handle } email roles suspension { reason } } pageInfo { hasNextPage endCursor }
  }
}"""


async def enter(ask: Asker, user: User) -> Any:
    """Sign a user in who was identified."""
    async with ask.postgres.open_work(Meter()) as work:
        return await entering.enter(
            work, user_id=user.id, device=None, origin=NOWHERE, mint=mint, now=ask.clock(), secret=b"test"
        )


async def test_roles_are_replaced_and_learner_stays(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    ada, _ = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])

    payload = await done(ask, admin, "setRoles", ACCOUNT, userId=ada.id, roles=["MODERATOR"])

    assert payload["user"]["roles"] == ["LEARNER", "MODERATOR"]
    assert await roles_now(ask, ada) == [Role.LEARNER, Role.MODERATOR]
    assert await version_of(ask, ada) == 1


async def test_a_change_of_roles_is_written_down_with_before_and_after(ask: Asker) -> None:
    boss, admin = await an_admin(ask)
    ada, viewer = await ask.learner()
    ask.door.address = "203.0.113.9"

    await done(ask, admin, "setRoles", userId=ada.id, roles=["AUTHOR"])

    (entry,) = (await ask.data(LOG, admin))["auditLog"]["nodes"]
    assert entry == {
        "actor": {"handle": boss.handle},
        "action": "ROLES_SET",
        "target": ada.id,
        "difference": [{"name": "after", "value": "LEARNER, AUTHOR"}, {"name": "before", "value": "LEARNER"}],
        "address": "203.0.113.0/24",
        "sessionId": admin.session_id,
    }
    (own,) = (await ask.data(LOG.replace("{ auditLog", "{ viewer { auditLog") + "}", viewer))["viewer"][
        "auditLog"
    ]["nodes"]
    assert own == entry | {"address": None, "sessionId": None}


async def test_the_same_roles_change_nothing(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    ada, _ = await ask.learner()

    await done(ask, admin, "setRoles", userId=ada.id, roles=[])

    assert await version_of(ask, ada) == 0
    assert (await ask.data(LOG, admin))["auditLog"]["nodes"] == []


async def test_a_person_is_never_a_service(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    ada, _ = await ask.learner()

    assert await refusal(ask, admin, "setRoles", userId=ada.id, roles=["SERVICE"]) == (
        "InvalidInput",
        "roles",
    )


async def test_a_role_that_only_the_token_knows_is_worth_nothing(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    stale = with_roles(viewer, Role.ADMIN)

    assert (await refusal(ask, stale, "setRoles", userId=ada.id, roles=["ADMIN"]))[0] == "Forbidden"
    assert (await refusal(ask, stale, "suspendUser", userId=ada.id, reason="x"))[0] == "Forbidden"
    assert (await refusal(ask, stale, "restoreUser", userId=ada.id))[0] == "Forbidden"
    for text in (LOG, SEARCH):
        (error,) = (await ask(text, stale))["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"
    assert await roles_now(ask, ada) == [Role.LEARNER]


async def test_the_last_admin_cannot_remove_or_suspend_itself(ask: Asker) -> None:
    boss, admin = await an_admin(ask)

    assert (await refusal(ask, admin, "setRoles", userId=boss.id, roles=["AUTHOR"]))[0] == "LastAdmin"
    assert (await refusal(ask, admin, "suspendUser", userId=boss.id, reason="x"))[0] == "LastAdmin"
    assert await roles_now(ask, boss) == [Role.LEARNER, Role.ADMIN]


async def test_a_suspended_admin_does_not_count_as_another_one(ask: Asker) -> None:
    boss, admin = await an_admin(ask)
    other, _ = await an_admin(ask)
    await done(ask, admin, "suspendUser", userId=other.id, reason="On leave.")

    assert (await refusal(ask, admin, "setRoles", userId=boss.id, roles=[]))[0] == "LastAdmin"


async def test_an_admin_may_step_down_where_another_one_stays(ask: Asker) -> None:
    boss, admin = await an_admin(ask)
    await an_admin(ask)

    await done(ask, admin, "setRoles", userId=boss.id, roles=[])

    assert await roles_now(ask, boss) == [Role.LEARNER]


@pytest.mark.parametrize("verb", ["setRoles", "suspendUser"])
async def test_two_admins_who_remove_each_other_at_once_leave_one(ask: Asker, verb: str) -> None:
    given = {"setRoles": {"roles": []}, "suspendUser": {"reason": "No."}}[verb]
    (ada, by_ada), (bob, by_bob) = await an_admin(ask), await an_admin(ask)

    outcomes = await asyncio.gather(
        did(ask, by_ada, verb, userId=bob.id, **given), did(ask, by_bob, verb, userId=ada.id, **given)
    )

    assert sorted(error["__typename"] for one in outcomes for error in one["userErrors"]) == ["Forbidden"]


@pytest.mark.parametrize("verb", ["setRoles", "suspendUser"])
async def test_two_admins_who_remove_themselves_at_once_leave_one(ask: Asker, verb: str) -> None:
    given = {"setRoles": {"roles": []}, "suspendUser": {"reason": "No."}}[verb]
    (ada, by_ada), (bob, by_bob) = await an_admin(ask), await an_admin(ask)

    outcomes = await asyncio.gather(
        did(ask, by_ada, verb, userId=ada.id, **given), did(ask, by_bob, verb, userId=bob.id, **given)
    )

    assert sorted(error["__typename"] for one in outcomes for error in one["userErrors"]) == ["LastAdmin"]


async def test_a_suspended_user_cannot_sign_in_and_keeps_the_public_profile(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    ada, _ = await ask.learner()

    payload = await done(
        ask, admin, "suspendUser", ACCOUNT, userId=ada.id, reason="Spam.", until="2026-03-03T09:00:00Z"
    )

    assert payload["user"]["suspension"] == {
        "since": "2026-03-02T09:00:00.000Z",
        "until": "2026-03-03T09:00:00.000Z",
        "reason": "Spam.",
    }
    assert await version_of(ask, ada) == 1
    with pytest.raises(AccountSuspendedError, match="until 2026-03-03 09:00 UTC: Spam") as told:
        await enter(ask, ada)
    assert told.value.code == "ACCOUNT_SUSPENDED"
    assert (await ask.data("query ($id: ID!) { user(by: {id: $id}) { handle } }", id=ada.id))["user"] == {
        "handle": ada.handle
    }


async def test_a_suspension_ends_by_itself_and_by_hand(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    ada, _ = await ask.learner()
    bob, _ = await ask.learner()
    await done(ask, admin, "suspendUser", userId=ada.id, reason="Spam.", until="2026-03-03T09:00:00Z")
    await done(ask, admin, "suspendUser", userId=bob.id, reason="Spam.")

    ask.clock.forward(days=1)
    payload = await done(ask, admin, "restoreUser", ACCOUNT, userId=bob.id)

    assert payload["user"]["suspension"] is None
    assert (await enter(ask, ada)).user.id == ada.id
    assert (await enter(ask, bob)).user.id == bob.id


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "x", "until": "2026-03-02T09:00:00Z"}, "until"),
        ({"reason": "x", "userId": mint("user")}, "userId"),
    ],
)
async def test_a_suspension_that_makes_no_sense_is_refused(
    ask: Asker, given: dict[str, Any], field: str
) -> None:
    _, admin = await an_admin(ask)
    ada, _ = await ask.learner()

    assert (await refusal(ask, admin, "suspendUser", **{"userId": ada.id} | given))[1] == field


async def test_admins_search_by_how_handle_name_or_address_begin(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    await ask.learner(handle="zoe", display_name="Anna Émile", email="one@example.org", roles=[Role.AUTHOR])
    await ask.learner(handle="anna_b", display_name="Bea", email="two@example.org")
    bob, _ = await ask.learner(handle="bob", display_name="Bob_%", email="anna@example.org")
    await done(ask, admin, "suspendUser", userId=bob.id, reason="Spam.")

    async def found(**asked: Any) -> list[str]:
        nodes = (await ask.data(SEARCH, admin, **asked))["adminUsers"]["nodes"]
        return [node["user"]["handle"] for node in nodes]

    assert await found(query="ANNA") == ["bob", "anna_b", "zoe"]
    assert await found(query="anna é") == ["zoe"]
    assert await found(query="bob_%") == ["bob"]
    assert await found(query="%%") == []
    assert await found(query="anna", role="AUTHOR") == ["zoe"]
    assert await found(suspended=True) == ["bob"]
    assert await found(query="anna", suspended=False) == ["anna_b", "zoe"]


async def test_the_search_is_read_page_by_page(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    for _ in range(3):
        await ask.learner()

    first = (await ask.data(SEARCH, admin, first=3))["adminUsers"]
    rest = (await ask.data(SEARCH, admin, after=first["pageInfo"]["endCursor"]))["adminUsers"]

    assert (len(first["nodes"]), len(rest["nodes"])) == (3, 1)
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_a_query_of_one_letter_is_refused(ask: Asker) -> None:
    _, admin = await an_admin(ask)

    (error,) = (await ask(SEARCH, admin, query="a"))["errors"]

    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_no_answer_holds_a_password_and_nobody_sends_one_for_somebody_else() -> None:
    types = [type_ for type_ in executable().type_map.values() if not type_.name.startswith("__")]
    shown = [
        f"{type_.name}.{name}"
        for type_ in types
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and type_.name != "Mutation"
        for name in type_.fields
        if "password" in name.lower()
    ]
    sent = {
        type_.name: set(type_.fields)
        for type_ in types
        if isinstance(type_, GraphQLInputObjectType) and any("password" in n.lower() for n in type_.fields)
    }

    assert shown == []
    assert len(sent) >= 3
    assert {name for name, fields in sent.items() if fields & {"id", "userId", "ids"}} == set()
