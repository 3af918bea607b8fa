"""Roles and suspensions through the schema."""

import asyncio
from datetime import datetime
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from domain.accounts.suspensions import AccountSuspendedError
from domain.accounts.users import Role, User
from domain.authentication import sign_in
from domain.authentication.sessions import SignedIn
from domain.unit_of_work import Meter
from graph.schema import executable
from resolvers.request_info import RequestInfo
from tests.builders import mint
from tests.builders.acts import an_act
from tests.support.accounts import (
    ACCOUNT,
    accepted,
    an_admin,
    mutate,
    refusal,
    stored_roles,
    version_of,
    with_roles,
)
from tests.support.schema_client import Asker

LOG = "{ auditLog { nodes { actor { handle } action target difference { name value } address sessionId } } }"
SEARCH = """query ($query: String, $role: Role, $suspended: Boolean, $first: Int, $after: Cursor) {
  adminUsers(query: $query, role: $role, suspended: $suspended, first: $first, after: $after) {
    nodes { user { handle } email roles suspension { reason } } pageInfo { hasNextPage endCursor }
  }
}"""


async def signed_in(ask: Asker, user: User) -> SignedIn:
    """Open a session for a user."""
    async with ask.postgres.open_work(Meter()) as work:
        return await sign_in.open_session(
            work, an_act(now=ask.clock()), RequestInfo(), ask.ports, user_id=user.id
        )


async def test_roles_are_replaced_and_learner_stays(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    ada, _ = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])

    payload = await accepted(ask, admin, "setRoles", ACCOUNT, userId=ada.id, roles=["MODERATOR"])

    assert payload["user"]["roles"] == ["LEARNER", "MODERATOR"]
    assert await stored_roles(ask, ada) == [Role.LEARNER, Role.MODERATOR]
    assert await version_of(ask, ada) == 1


async def test_a_change_of_roles_is_audited_with_before_and_after(ask: Asker) -> None:
    boss, admin = await an_admin(ask)
    ada, viewer = await ask.learner()
    ask.request_info.address = "203.0.113.9"

    await accepted(ask, admin, "setRoles", userId=ada.id, roles=["AUTHOR"])

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

    await accepted(ask, admin, "setRoles", userId=ada.id, roles=[])

    assert await version_of(ask, ada) == 0
    assert (await ask.data(LOG, admin))["auditLog"]["nodes"] == []


async def test_a_role_that_only_the_token_claims_is_ignored(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    stale = with_roles(viewer, Role.ADMIN)

    assert (await refusal(ask, stale, "setRoles", userId=ada.id, roles=["ADMIN"]))[0] == "Forbidden"
    assert (await refusal(ask, stale, "suspendUser", userId=ada.id, reason="x"))[0] == "Forbidden"
    assert (await refusal(ask, stale, "restoreUser", userId=ada.id))[0] == "Forbidden"
    for text in (LOG, SEARCH):
        (error,) = (await ask(text, stale))["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"
    assert await stored_roles(ask, ada) == [Role.LEARNER]


async def test_the_last_admin_cannot_step_down_or_be_suspended(ask: Asker) -> None:
    boss, admin = await an_admin(ask)

    assert (await refusal(ask, admin, "setRoles", userId=boss.id, roles=["AUTHOR"]))[0] == "LastAdmin"
    assert (await refusal(ask, admin, "suspendUser", userId=boss.id, reason="x"))[0] == "LastAdmin"
    assert await stored_roles(ask, boss) == [Role.LEARNER, Role.ADMIN]


async def test_a_suspended_admin_does_not_count_as_another_admin(ask: Asker) -> None:
    boss, admin = await an_admin(ask)
    other, _ = await an_admin(ask)
    await accepted(ask, admin, "suspendUser", userId=other.id, reason="On leave.")

    assert (await refusal(ask, admin, "setRoles", userId=boss.id, roles=[]))[0] == "LastAdmin"


async def test_an_admin_may_step_down_if_another_one_remains(ask: Asker) -> None:
    boss, admin = await an_admin(ask)
    await an_admin(ask)

    await accepted(ask, admin, "setRoles", userId=boss.id, roles=[])

    assert await stored_roles(ask, boss) == [Role.LEARNER]


@pytest.mark.parametrize("field", ["setRoles", "suspendUser"])
async def test_two_admins_who_remove_each_other_at_once_leave_one(ask: Asker, field: str) -> None:
    given = {"setRoles": {"roles": []}, "suspendUser": {"reason": "No."}}[field]
    (ada, by_ada), (bob, by_bob) = await an_admin(ask), await an_admin(ask)

    outcomes = await asyncio.gather(
        mutate(ask, by_ada, field, userId=bob.id, **given), mutate(ask, by_bob, field, userId=ada.id, **given)
    )

    assert sorted(error["__typename"] for payload in outcomes for error in payload["userErrors"]) == [
        "Forbidden"
    ]


@pytest.mark.parametrize("field", ["setRoles", "suspendUser"])
async def test_two_admins_who_remove_themselves_at_once_leave_one(ask: Asker, field: str) -> None:
    given = {"setRoles": {"roles": []}, "suspendUser": {"reason": "No."}}[field]
    (ada, by_ada), (bob, by_bob) = await an_admin(ask), await an_admin(ask)

    outcomes = await asyncio.gather(
        mutate(ask, by_ada, field, userId=ada.id, **given), mutate(ask, by_bob, field, userId=bob.id, **given)
    )

    assert sorted(error["__typename"] for payload in outcomes for error in payload["userErrors"]) == [
        "LastAdmin"
    ]


async def test_a_suspended_user_cannot_sign_in_and_keeps_the_public_profile(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    ada, _ = await ask.learner()

    payload = await accepted(
        ask, admin, "suspendUser", ACCOUNT, userId=ada.id, reason="Spam.", until="2026-03-03T09:00:00Z"
    )

    assert payload["user"]["suspension"] == {
        "since": "2026-03-02T09:00:00.000Z",
        "until": "2026-03-03T09:00:00.000Z",
        "reason": "Spam.",
    }
    assert await version_of(ask, ada) == 1
    with pytest.raises(AccountSuspendedError, match="until 2026-03-03 09:00 UTC: Spam") as refused:
        await signed_in(ask, ada)
    assert refused.value.code == "ACCOUNT_SUSPENDED"
    assert (await ask.data("query ($id: ID!) { user(by: {id: $id}) { handle } }", id=ada.id))["user"] == {
        "handle": ada.handle
    }


async def test_a_suspension_ends_by_itself_and_by_hand(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    ada, _ = await ask.learner()
    bob, _ = await ask.learner()
    await accepted(ask, admin, "suspendUser", userId=ada.id, reason="Spam.", until="2026-03-03T09:00:00Z")
    await accepted(ask, admin, "suspendUser", userId=bob.id, reason="Spam.")

    ask.clock.forward(days=1)
    payload = await accepted(ask, admin, "restoreUser", ACCOUNT, userId=bob.id)

    assert payload["user"]["suspension"] is None
    assert (await signed_in(ask, ada)).user.id == ada.id
    assert (await signed_in(ask, bob)).user.id == bob.id


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "x", "until": "2026-03-02T09:00:00Z"}, "until"),
        ({"reason": "x", "userId": mint("user")}, "userId"),
    ],
)
async def test_an_invalid_suspension_is_refused(ask: Asker, given: dict[str, Any], field: str) -> None:
    _, admin = await an_admin(ask)
    ada, _ = await ask.learner()

    assert (await refusal(ask, admin, "suspendUser", **{"userId": ada.id} | given))[1] == field


async def test_admins_search_by_the_beginning_of_handle_name_or_address(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    await ask.learner(handle="zoe", display_name="Anna Émile", email="one@example.org", roles=[Role.AUTHOR])
    await ask.learner(handle="anna_b", display_name="Bea", email="two@example.org")
    bob, _ = await ask.learner(handle="bob", display_name="Bob_%", email="anna@example.org")
    await accepted(ask, admin, "suspendUser", userId=bob.id, reason="Spam.")

    async def handles(**asked: Any) -> list[str]:
        nodes = (await ask.data(SEARCH, admin, **asked))["adminUsers"]["nodes"]
        return [node["user"]["handle"] for node in nodes]

    assert await handles(query="ANNA") == ["bob", "anna_b", "zoe"]
    assert await handles(query="anna é") == ["zoe"]
    assert await handles(query="bob_%") == ["bob"]
    assert await handles(query="%%") == []
    assert await handles(query="anna", role="AUTHOR") == ["zoe"]
    assert await handles(suspended=True) == ["bob"]
    assert await handles(query="anna", suspended=False) == ["anna_b", "zoe"]


async def test_admins_see_the_last_sign_in_also_after_its_session_was_removed(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    ada, viewer = await ask.learner(handle="ada")
    document = '{ adminUsers(query: "ada") { nodes { lastSignInAt } } }'

    async def last_sign_in() -> str | None:
        (node,) = (await ask.data(document, admin))["adminUsers"]["nodes"]
        last: str | None = node["lastSignInAt"]
        return last

    assert await last_sign_in() is None
    await signed_in(ask, ada)
    signed_in_at = ask.clock()
    ask.clock.forward(days=400)
    async with ask.postgres.open_work(Meter()) as work:
        await work.sessions.forget(unused_since=ask.clock())

    assert datetime.fromisoformat(await last_sign_in() or "") == signed_in_at
    (error, *_) = (await ask(document, viewer))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_the_search_is_read_page_by_page(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    for _ in range(3):
        await ask.learner()

    first = (await ask.data(SEARCH, admin, first=3))["adminUsers"]
    rest = (await ask.data(SEARCH, admin, after=first["pageInfo"]["endCursor"]))["adminUsers"]

    assert (len(first["nodes"]), len(rest["nodes"])) == (3, 1)
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_a_query_of_one_character_is_refused(ask: Asker) -> None:
    _, admin = await an_admin(ask)

    (error,) = (await ask(SEARCH, admin, query="a"))["errors"]

    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_no_payload_contains_a_password_and_no_input_one_of_another_user() -> None:
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
