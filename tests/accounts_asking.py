"""Documents and steps for tests of roles, keys and privacy through the schema."""

from typing import Any

from domain.users import Role, User, Viewer
from domain.work import Meter
from tests.asking import Asker, viewer_of

ERRORS = "userErrors { __typename ... on UserError { code field message } }"
ACCOUNT = "user { user { handle } email roles suspension { since until reason } deletesAt }"
ADMINS = [Role.LEARNER, Role.ADMIN]


async def did(
    ask: Asker, viewer: Viewer, verb: str, selection: str = "__typename", **given: Any
) -> dict[str, Any]:
    """Run a mutation by name, with its input where there is any, and return its payload."""
    kind = f"{verb[0].upper()}{verb[1:]}Input"
    head, call = (f"($input: {kind}!)", "(input: $input)") if given else ("", "")
    variables = {"input": given} if given else {}
    data = await ask.data(
        f"mutation {head} {{ {verb}{call} {{ {selection} {ERRORS} }} }}", viewer, **variables
    )
    payload: dict[str, Any] = data[verb]
    return payload


async def done(
    ask: Asker, viewer: Viewer, verb: str, selection: str = "__typename", **given: Any
) -> dict[str, Any]:
    """Run a mutation that must not be refused."""
    payload = await did(ask, viewer, verb, selection, **given)
    assert payload["userErrors"] == [], payload
    return payload


async def refusal(ask: Asker, viewer: Viewer, verb: str, **given: Any) -> tuple[str, str | None]:
    """Run a mutation that must be refused; return the type of the one error and its field."""
    (error,) = (await did(ask, viewer, verb, **given))["userErrors"]
    return error["__typename"], error["field"]


async def an_admin(ask: Asker) -> tuple[User, Viewer]:
    """Store an admin."""
    return await ask.learner(roles=ADMINS)


async def version_of(ask: Asker, user: User) -> int:
    """Return the version of a user's access, which rises when tokens become void."""
    async with ask.postgres.open_work(Meter()) as work:
        standing = await work.access.standing(user.id)
    assert standing is not None
    return standing.version


async def roles_now(ask: Asker, user: User) -> list[Role] | None:
    """Return the roles that are stored."""
    async with ask.postgres.open_reads(Meter()) as reads:
        return await reads.users.roles_of(user.id)


def with_roles(viewer: Viewer, *roles: Role) -> Viewer:
    """Return the same caller as their token might still say."""
    return viewer_of(viewer.user_id, *roles)
