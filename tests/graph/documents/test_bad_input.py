"""Bad input: a typed refusal that names the field, and nothing is stored."""

from typing import Any

import pytest

from tests.support.accounts import NEW_USER, REGISTER
from tests.support.schema_client import Asker

UPDATE = """mutation ($input: UpdateProfileInput!) {
  updateProfile(input: $input) { user { bio timeZone } userErrors { __typename ... on UserError { code field message } } }
}"""


@pytest.mark.parametrize(
    ("values", "error", "field"),
    [
        ({"email": "no address"}, "InvalidInput", "email"),
        ({"email": "a@b"}, "InvalidInput", "email"),
        ({"email": "x" * 300 + "@example.org"}, "InvalidInput", "email"),
        ({"handle": "a"}, "InvalidInput", "handle"),
        ({"handle": "_ada_"}, "InvalidInput", "handle"),
        ({"handle": "ada lovelace"}, "InvalidInput", "handle"),
        ({"handle": "x" * 1_000_000}, "InvalidInput", "handle"),
        ({"displayName": ""}, "InvalidInput", "displayName"),
        ({"displayName": "x" * 1_000_000}, "InvalidInput", "displayName"),
        ({"displayName": "bell\a"}, "InvalidInput", "displayName"),
        ({"displayName": "nul\0"}, "InvalidInput", "displayName"),
        ({"timeZone": "Mars/Olympus"}, "InvalidInput", "timeZone"),
        ({"timeZone": "../../etc/passwd"}, "InvalidInput", "timeZone"),
        ({"password": "short"}, "WeakPassword", "password"),
        ({"password": "a" * 40}, "WeakPassword", "password"),
        ({"password": "Ada@Example.org"}, "WeakPassword", "password"),
        ({"password": "x" * 1_000_000}, "InvalidInput", "password"),
    ],
)
async def test_a_registration_that_breaks_a_rule_names_its_field(
    ask: Asker, values: dict[str, Any], error: str, field: str
) -> None:
    data = await ask.data(REGISTER, input=NEW_USER | values)

    (refusal,) = data["register"]["userErrors"]
    assert (refusal["__typename"], refusal["field"]) == (error, field)
    assert refusal["message"]
    assert (await ask.data("{ users { nodes { id } } }"))["users"]["nodes"] == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"bio": "x" * 501}, "bio"),
        ({"avatarUrl": "javascript:alert(1)"}, "avatarUrl"),
        ({"avatarUrl": "http://example.org/a.png"}, "avatarUrl"),
        ({"dayStartHour": 7}, "dayStartHour"),
        ({"dayStartHour": -1}, "dayStartHour"),
        ({"timeZone": "UTC+2"}, "timeZone"),
        ({"displayName": None}, "displayName"),
    ],
)
async def test_a_profile_that_breaks_a_rule_changes_nothing(
    ask: Asker, values: dict[str, Any], field: str
) -> None:
    _, viewer = await ask.learner()

    data = await ask.data(UPDATE, viewer, input={"bio": "new"} | values)

    (refusal,) = data["updateProfile"]["userErrors"]
    assert refusal["field"] == field
    assert (await ask.data("{ viewer { user { bio } } }", viewer))["viewer"]["user"]["bio"] == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("first: -1", "BAD_USER_INPUT"),
        ("first: 101", "BAD_USER_INPUT"),
        ("last: 2147483647", "COST_LIMIT_EXCEEDED"),
        ("first: 1, last: 1", "BAD_USER_INPUT"),
        ('before: "x"', "BAD_USER_INPUT"),
        ('after: "not a cursor"', "BAD_USER_INPUT"),
        ('after: "WzFd"', "BAD_USER_INPUT"),
        ('after: "W10"', "BAD_USER_INPUT"),
    ],
)
async def test_bad_paging_is_bad_user_input(ask: Asker, arguments: str, code: str) -> None:
    response = await ask(f"{{ users({arguments}) {{ nodes {{ id }} }} }}")

    assert [error["extensions"]["code"] for error in response["errors"]] == [code]
    assert response.get("data") in ({"users": None}, None)
    assert ask.defects == []


async def test_paging_walks_the_whole_list_both_ways(ask: Asker) -> None:
    handles = [(await ask.learner())[0].handle for _ in range(5)]

    forward = await ask.data("{ users(first: 3) { nodes { handle } pageInfo { hasNextPage endCursor } } }")
    rest = await ask.data(
        "query ($a: Cursor) { users(first: 3, after: $a) { nodes { handle } pageInfo { hasNextPage hasPreviousPage } } }",
        a=forward["users"]["pageInfo"]["endCursor"],
    )
    backward = await ask.data(
        "{ users(last: 2) { nodes { handle } pageInfo { hasPreviousPage hasNextPage } } }"
    )

    seen = [node["handle"] for page in (forward, rest) for node in page["users"]["nodes"]]
    assert seen == handles[::-1]
    assert rest["users"]["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": True}
    assert [node["handle"] for node in backward["users"]["nodes"]] == handles[1::-1]
    assert backward["users"]["pageInfo"] == {"hasPreviousPage": True, "hasNextPage": False}


@pytest.mark.parametrize(
    "text",
    [
        '{ user(by: {id: "user_"}) { id } }',
        '{ user(by: {id: "user_01K742SG00EC1V4CSM6MV3EE1U"}) { id } }',
        '{ node(id: "nonsense") { id } }',
        '{ nodes(ids: ["user_01K742SG00EC1V4CSM6MV3EE1S", "mars_1"]) { id } }',
        '{ quiz(by: {id: "user_01K742SG00EC1V4CSM6MV3EE1S"}) { id } }',
    ],
)
async def test_ids_of_another_kind_are_bad_user_input(ask: Asker, text: str) -> None:
    _, viewer = await ask.learner()

    response = await ask(text, viewer)

    assert {error["extensions"]["code"] for error in response["errors"]} == {"BAD_USER_INPUT"}
    assert ask.defects == []


async def test_an_unknown_id_is_null(ask: Asker) -> None:
    data = await ask.data('{ user(by: {id: "user_01K742SG00EC1V4CSM6MV3EE1S"}) { id } }')

    assert data == {"user": None}


async def test_node_finds_what_the_caller_may_see(ask: Asker) -> None:
    user, viewer = await ask.learner()
    other, _ = await ask.learner()
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on User { handle email } } }"

    data = await ask.data(text, viewer, ids=[user.id, other.id, "goal_01K742SG00EC1V4CSM6MV3EE1S"])

    mine, theirs, missing = data["nodes"]
    assert mine["__typename"] == "User"
    assert mine["email"] is not None
    assert (theirs["handle"], theirs["email"]) == (other.handle, None)
    assert missing is None
