"""Limits of sign-ins over HTTP: by the address of the connection, not of a header."""

from datetime import timedelta

import pytest

from domain.authentication import password_checks
from domain.authentication.attempt_limits import AttemptLimit
from tests.gateway.conftest import Live

LOGIN = """mutation ($input: LoginInput!) {
  login(input: $input) { userErrors { ... on UserError { code } } }
}"""


async def test_a_forwarded_address_that_nobody_vouches_for_gives_no_more_tries(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = AttemptLimit(name="a test", most=3, window=timedelta(hours=1))
    monkeypatch.setattr(password_checks, "WRONG_PASSWORDS_FROM", limit)

    codes = []
    for number in range(4):
        live.client.headers["x-forwarded-for"] = f"198.51.100.{number}"
        credentials = {"email": f"guess{number}@example.org", "password": "wrong"}
        response = await live.post(LOGIN, input=credentials)
        codes.append(response.json()["data"]["login"]["userErrors"][0]["code"])

    assert codes == ["INVALID_CREDENTIALS"] * 3 + ["TOO_MANY_ATTEMPTS"]
