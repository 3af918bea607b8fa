"""Mutations for tests of roles, API keys and privacy through the schema."""

from typing import Any

from domain.accounts.users import Role, User, Viewer
from domain.unit_of_work import Meter
from tests.support.schema_client import Asker, viewer_of

ERRORS = "userErrors { __typename ... on UserError { code field message } }"
ACCOUNT = "user { user { handle } email roles suspension { since until reason } deletesAt }"
ADMINS = [Role.LEARNER, Role.ADMIN]
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
NEW_USER = {
    "email": "Ada@Example.org",
    "password": "correct horse battery",
    "handle": "ada_l",
    "displayName": "Ada",
    "timeZone": "Europe/London",
}


async def mutate(
    ask: Asker, viewer: Viewer, field: str, selection: str = "__typename", **given: Any
) -> dict[str, Any]:
    """Run a mutation by name, with its input where there is any, and return its payload."""
    kind = f"{field[0].upper()}{field[1:]}Input"
    head, call = (f"($input: {kind}!)", "(input: $input)") if given else ("", "")
    variables = {"input": given} if given else {}
    data = await ask.data(
        f"mutation {head} {{ {field}{call} {{ {selection} {ERRORS} }} }}", viewer, **variables
    )
    payload: dict[str, Any] = data[field]
    return payload


async def accepted(
    ask: Asker, viewer: Viewer, field: str, selection: str = "__typename", **given: Any
) -> dict[str, Any]:
    """Run a mutation that must not be refused."""
    payload = await mutate(ask, viewer, field, selection, **given)
    assert payload["userErrors"] == [], payload
    return payload


async def refusal(ask: Asker, viewer: Viewer, field: str, **given: Any) -> tuple[str, str | None]:
    """Run a mutation that must be refused; return the type of the one error and its field."""
    (error,) = (await mutate(ask, viewer, field, **given))["userErrors"]
    return error["__typename"], error["field"]


async def an_admin(ask: Asker) -> tuple[User, Viewer]:
    """Store an admin."""
    return await ask.learner(roles=ADMINS)


async def version_of(ask: Asker, user: User) -> int:
    """Return a user's access version, which rises when their tokens become void."""
    async with ask.postgres.open_work(Meter()) as work:
        claims = await work.access.claims(user.id)
    assert claims is not None
    return claims.version


async def stored_roles(ask: Asker, user: User) -> list[Role] | None:
    """Return the roles that are stored."""
    async with ask.postgres.open_reads(Meter()) as reads:
        return await reads.users.roles_of(user.id)


def with_roles(viewer: Viewer, *roles: Role) -> Viewer:
    """Return the same caller with the roles of an older token."""
    return viewer_of(viewer.user_id, *roles)
