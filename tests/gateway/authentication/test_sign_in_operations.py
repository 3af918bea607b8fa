"""Sign-in operations beside a bad access token: they run, and nothing else does."""

from typing import Any

import httpx
import pytest

from domain.accounts.api_keys import MARK
from gateway.authentication.sign_in_operations import SIGN_IN_MUTATIONS
from graph.access_matrix import ALLOWED, cell
from graph.access_rules import rules_of
from graph.schema import executable
from tests.gateway.conftest import REGISTER, Live

LOGIN = """mutation ($input: LoginInput!) {
  login(input: $input) { accessToken refreshToken user { handle email } userErrors { ... on UserError { code } } }
}"""
REFRESH = """mutation ($input: RefreshSessionInput!) {
  refreshSession(input: $input) { accessToken refreshToken user { email } userErrors { ... on UserError { code } } }
}"""
ADA = {"email": "ada@example.org", "password": "correct horse battery"}
BAD = ["Bearer nonsense", f"Bearer {MARK}unknown", "Basic YTpi", "Bearer"]


async def send(live: Live, text: str, authorization: str, **variables: Any) -> httpx.Response:
    return await live.client.post(
        "/graphql",
        json={"query": text, "variables": variables},
        headers={"authorization": authorization},
    )


def test_the_sign_in_mutations_are_those_that_need_no_session() -> None:
    rules = rules_of(executable())

    public = {
        coordinate.removeprefix("Mutation.")
        for coordinate in rules
        if coordinate.startswith("Mutation.") and cell(rules, coordinate, None) == ALLOWED
    }

    assert public == SIGN_IN_MUTATIONS


@pytest.mark.parametrize("authorization", BAD)
async def test_login_register_and_refresh_ignore_a_bad_token(live: Live, authorization: str) -> None:
    new = ADA | {"handle": "ada", "displayName": "Ada"}
    registered = (await send(live, REGISTER, authorization, input=new)).json()["data"]["register"]
    signed_in = (await send(live, LOGIN, authorization, input=ADA)).json()["data"]["login"]
    token = signed_in["refreshToken"]

    response = await send(live, REFRESH, authorization, input={"refreshToken": token})

    assert (registered["userErrors"], signed_in["userErrors"]) == ([], [])
    assert signed_in["user"] == {"handle": "ada", "email": ADA["email"]}
    assert response.status_code == 200
    refreshed = response.json()["data"]["refreshSession"]
    assert (refreshed["userErrors"], refreshed["user"]) == ([], {"email": ADA["email"]})
    assert refreshed["refreshToken"] != token


async def test_a_token_of_a_session_that_was_revoked_does_not_stop_the_next_sign_in(live: Live) -> None:
    token = await live.register("ada")
    await live.post("mutation { logout { signedOut } }", token=token)

    response = await send(live, LOGIN, f"Bearer {token}", input=ADA)

    assert response.json()["data"]["login"]["userErrors"] == []


async def test_as_an_event_stream_too(live: Live) -> None:
    await live.register("ada")

    response = await live.client.post(
        "/graphql",
        json={"query": LOGIN, "variables": {"input": ADA}},
        headers={"authorization": BAD[0], "accept": "text/event-stream"},
    )

    assert response.status_code == 200
    assert '"handle":"ada"' in response.text


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize(
    "text",
    [
        "{ viewer { user { handle } } }",
        "mutation { logout { signedOut } }",
        'mutation { verifyEmail(input: {token: "x"}) { userErrors { __typename } } logout { signedOut } }',
        "mutation {",
        "{ unknown }",
        "subscription { leaderboardChanged(first: 1) { __typename } }",
    ],
)
@pytest.mark.parametrize("authorization", BAD[:2])
async def test_everything_else_is_refused_for_its_token(
    live: Live, authorization: str, text: str, accept: str
) -> None:
    response = await live.client.post(
        "/graphql", json={"query": text}, headers={"authorization": authorization, "accept": accept}
    )

    assert response.status_code == 401
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
