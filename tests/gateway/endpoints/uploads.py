"""Uploads over HTTP, for tests: an author with a token, and an upload that has begun."""

from typing import Any

from domain.accounts.users import Role, User
from domain.unit_of_work import Meter
from tests.builders import a_user
from tests.gateway.conftest import Live
from tests.support.schema_client import viewer_of

BEGIN = """mutation ($input: BeginUploadInput!) { beginUpload(input: $input) {
  upload { id state sizeBytes expiresAt } path userErrors { __typename ... on UserError { code message field } } } }"""


async def author(live: Live) -> tuple[User, str]:
    """Return an author with a token."""
    ports = live.app.pipeline.ports
    async with ports.open_work(Meter()) as work:
        user = await work.users.add(a_user(roles=[Role.LEARNER, Role.AUTHOR]))
    token, _ = live.app.pipeline.tokens.issue(viewer_of(user.id, Role.LEARNER, Role.AUTHOR), now=ports.now())
    return user, token


async def begun(live: Live, token: str, size: int, **values: Any) -> dict[str, Any]:
    given = {"filename": "questions.gift", "sizeBytes": size, "purpose": "QUESTIONS"} | values
    response = (await live.post(BEGIN, token=token, input=given)).json()
    payload: dict[str, Any] = response["data"]["beginUpload"]
    return payload
