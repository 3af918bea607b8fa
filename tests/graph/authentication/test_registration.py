"""Registration through the schema."""

import pytest

from tests.support.accounts import NEW_USER, REGISTER
from tests.support.schema_client import Asker


async def test_register_signs_in_and_shows_the_own_account(ask: Asker) -> None:
    data = await ask.data(REGISTER, input=NEW_USER)

    payload = data["register"]
    assert payload["userErrors"] == []
    assert payload["user"]["handle"] == "ada_l"
    assert payload["user"]["email"] == "ada@example.org"
    assert payload["user"]["roles"] == ["LEARNER"]


@pytest.mark.parametrize(
    ("other", "taken"),
    [
        ({}, [("EmailTaken", "email"), ("HandleTaken", "handle")]),
        ({"handle": "other"}, [("EmailTaken", "email")]),
        ({"email": "other@example.org"}, [("HandleTaken", "handle")]),
    ],
)
async def test_register_names_all_that_is_taken(
    ask: Asker, other: dict[str, str], taken: list[tuple[str, str]]
) -> None:
    await ask.data(REGISTER, input=NEW_USER)

    data = await ask.data(REGISTER, input=NEW_USER | other)

    refusals = data["register"]["userErrors"]
    assert [(refusal["__typename"], refusal["field"]) for refusal in refusals] == taken


async def test_register_names_the_field_that_is_taken(ask: Asker) -> None:
    await ask.data(REGISTER, input=NEW_USER)

    data = await ask.data(REGISTER, input=NEW_USER | {"handle": "other"})

    assert data["register"]["user"] is None
    (error,) = data["register"]["userErrors"]
    assert error["__typename"] == "EmailTaken"
    assert error["field"] == "email"


async def test_only_the_viewer_sees_their_own_email(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    bob, _ = await ask.learner()
    text = "query ($a: ID!, $b: ID!) { a: user(by: {id: $a}) { email } b: user(by: {id: $b}) { email } }"

    data = await ask.data(text, viewer, a=ada.id, b=bob.id)

    assert data["a"]["email"] is not None
    assert data["b"]["email"] is None


async def test_an_id_of_another_kind_is_bad_user_input(ask: Asker) -> None:
    response = await ask('{ user(by: {id: "goal_01K742SG00EC1V4CSM6MV3EE1S"}) { handle } }')

    assert response["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert response["data"] == {"user": None}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("jürgen@example.org", "ju\u0308rgen@example.org"),
        ("ada@example.org", "\uff41da@EXAMPLE.org"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ADA@BU\u0308CHER.example"),
    ],
)
async def test_two_accounts_do_not_differ_in_the_spelling_of_their_addresses_alone(
    ask: Asker, first: str, second: str
) -> None:
    await ask.data(REGISTER, input=NEW_USER | {"email": first})

    taken = await ask.data(REGISTER, input=NEW_USER | {"email": second, "handle": "other"})
    signed_in = await ask.data(
        """mutation ($input: LoginInput!) {
          login(input: $input) { user { handle } userErrors { ... on UserError { code } } }
        }""",
        input={"email": second, "password": NEW_USER["password"]},
    )

    assert taken["register"]["userErrors"][0]["__typename"] == "EmailTaken"
    assert signed_in["login"] == {"user": {"handle": NEW_USER["handle"]}, "userErrors": []}


async def test_an_address_is_answered_with_its_domain_in_ascii(ask: Asker) -> None:
    data = await ask.data(REGISTER, input=NEW_USER | {"email": "Ada@BÜCHER.example"})

    assert data["register"]["user"]["email"] == "ada@xn--bcher-kva.example"
