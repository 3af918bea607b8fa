"""Signing in and out through the schema."""

from tests.asking import Asker

REGISTER = """
mutation ($input: RegisterInput!) {
  register(input: $input) {
    user { handle email timeZone roles }
    accessToken
    refreshToken
    userErrors { __typename ... on UserError { code field message } }
  }
}
"""
NEW = {
    "email": "Ada@Example.org",
    "password": "correct horse battery",
    "handle": "ada_l",
    "displayName": "Ada",
    "timeZone": "Europe/London",
}


async def test_register_signs_in_and_shows_the_own_account(ask: Asker) -> None:
    data = await ask.data(REGISTER, input=NEW)

    payload = data["register"]
    assert payload["userErrors"] == []
    assert payload["user"]["handle"] == "ada_l"
    assert payload["user"]["email"] == "ada@example.org"
    assert payload["user"]["roles"] == ["LEARNER"]


async def test_register_names_the_field_that_is_taken(ask: Asker) -> None:
    await ask.data(REGISTER, input=NEW)

    data = await ask.data(REGISTER, input=NEW | {"handle": "other"})

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
