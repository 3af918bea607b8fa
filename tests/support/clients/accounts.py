"""Account client of tests: signing in and API keys over HTTP."""

from datetime import UTC, datetime, timedelta

from tests.gateway.conftest import Live

LOGIN = """mutation SignIn ($input: LoginInput!) {
  login(input: $input) { accessToken userErrors { ... on UserError { code } } }
}"""
CREATE_API_KEY = """mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { apiKey { id } secret userErrors { ... on UserError { message } } }
}"""


async def a_key(live: Live, token: str, *, lives: timedelta = timedelta(days=1)) -> tuple[str, str]:
    """Make a key that reads the profile; return its id and the secret."""
    ends = (datetime.now(UTC) + lives).isoformat()
    given = {"name": "Sync", "scopes": ["READ_PROFILE"], "expiresAt": ends}
    made = (await live.post(CREATE_API_KEY, token=token, input=given)).json()["data"]["createApiKey"]
    assert made["userErrors"] == []
    return made["apiKey"]["id"], made["secret"]
