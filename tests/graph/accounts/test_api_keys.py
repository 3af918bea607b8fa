"""API keys through the schema: making, listing and ending them, and what a key may reach."""

import asyncio
from typing import Any

import pytest

from domain.accounts import api_keys
from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from domain.unit_of_work import Meter
from tests.support.accounts import ADMINS, accepted, mutate, refusal
from tests.support.schema_client import Asker

KEY = "apiKey { id name prefix scopes createdAt expiresAt lastUsedAt } secret"
OWN = "{ viewer { user { apiKeys { name prefix scopes lastUsedAt } } } }"
YEAR = "2027-03-02T09:00:00Z"


async def a_key(ask: Asker, viewer: Viewer, *scopes: Scope, **given: Any) -> dict[str, Any]:
    named = {"name": "Sync", "scopes": [scope.value for scope in scopes or (Scope.READ_LEARNING,)]}
    return await accepted(ask, viewer, "createApiKey", KEY, **named | {"expiresAt": YEAR} | given)


async def caller_with(ask: Asker, secret: str) -> Viewer | None:
    """Return the caller that a key authenticates."""
    async with ask.postgres.open_reads(Meter()) as reads:
        found = await reads.api_keys.active(api_keys.digest(secret), now=ask.clock())
    return None if found is None else api_keys.viewer_of(found)


async def test_the_secret_of_a_new_key_is_shown_once_and_not_stored(ask: Asker) -> None:
    ada, viewer = await ask.learner()

    made = await a_key(ask, viewer, Scope.READ_PROFILE, Scope.READ_LEARNING)

    secret = made["secret"]
    assert api_keys.is_well_formed(secret)
    assert secret.startswith(made["apiKey"]["prefix"] + "_")
    (shown,) = (await ask.data(OWN, viewer))["viewer"]["user"]["apiKeys"]
    assert shown == {
        "name": "Sync",
        "prefix": made["apiKey"]["prefix"],
        "scopes": ["READ_PROFILE", "READ_LEARNING"],
        "lastUsedAt": None,
    }
    caller = await caller_with(ask, secret)
    assert caller is not None
    assert (caller.user_id, caller.scopes) == (ada.id, {Scope.READ_PROFILE, Scope.READ_LEARNING})
    async with ask.postgres.open_reads(Meter()) as reads:
        assert secret not in str(dict(await reads.exports.sections(ada.id)))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"scopes": []}, "scopes"),
        ({"expiresAt": "2026-03-02T09:00:00Z"}, "expiresAt"),
        ({"expiresAt": "2027-03-03T09:00:01Z"}, "expiresAt"),
    ],
)
async def test_a_key_without_name_scope_or_end_is_refused(
    ask: Asker, given: dict[str, Any], field: str
) -> None:
    _, viewer = await ask.learner()
    usual = {"name": "Sync", "scopes": ["READ_LEARNING"], "expiresAt": YEAR}

    assert await refusal(ask, viewer, "createApiKey", **usual | given) == ("InvalidInput", field)


async def test_a_user_has_at_most_twenty_keys_even_when_created_concurrently(ask: Asker) -> None:
    _, viewer = await ask.learner()
    for _ in range(18):
        made = await a_key(ask, viewer)
    given = {"name": "Sync", "scopes": ["READ_LEARNING"], "expiresAt": YEAR}

    outcomes = await asyncio.gather(*(mutate(ask, viewer, "createApiKey", **given) for _ in range(5)))

    refused = [error["__typename"] for payload in outcomes for error in payload["userErrors"]]
    assert refused == ["TooManyApiKeys"] * 3
    await accepted(ask, viewer, "revokeApiKey", id=made["apiKey"]["id"])
    await a_key(ask, viewer)


async def test_a_revoked_key_is_gone_and_its_access_is_revoked(ask: Asker) -> None:
    _, viewer = await ask.learner()
    made = await a_key(ask, viewer)
    caller = await caller_with(ask, made["secret"])

    await accepted(ask, viewer, "revokeApiKey", id=made["apiKey"]["id"])

    assert await caller_with(ask, made["secret"]) is None
    assert (await ask.data(OWN, viewer))["viewer"]["user"]["apiKeys"] == []
    async with ask.postgres.open_reads(Meter()) as reads:
        found = await reads.access.since(0, earliest=ask.clock())
    assert caller is not None
    assert [change.session_id for change in found.changes] == [caller.session_id]
    assert (await refusal(ask, viewer, "revokeApiKey", id=made["apiKey"]["id"]))[0] == "NotFound"


async def test_the_key_of_another_user_is_neither_seen_nor_revoked(ask: Asker) -> None:
    ada, viewer = await ask.learner()
    _, other = await ask.learner(roles=ADMINS)
    made = await a_key(ask, viewer)
    text = "query ($id: ID!) { user(by: {id: $id}) { apiKeys { prefix } } }"

    assert (await ask.data(text, other, id=ada.id))["user"] == {"apiKeys": None}
    assert (await refusal(ask, other, "revokeApiKey", id=made["apiKey"]["id"]))[0] == "NotFound"
    assert await caller_with(ask, made["secret"]) is not None


async def test_a_key_has_its_owners_current_roles_and_ends_with_the_account(ask: Asker) -> None:
    _, admin = await ask.learner(roles=ADMINS)
    ada, viewer = await ask.learner()
    made = await a_key(ask, viewer)

    await accepted(ask, admin, "setRoles", userId=ada.id, roles=["AUTHOR"])
    as_author = await caller_with(ask, made["secret"])
    await accepted(ask, admin, "suspendUser", userId=ada.id, reason="Spam.")
    as_suspended = await caller_with(ask, made["secret"])
    await accepted(ask, admin, "restoreUser", userId=ada.id)
    ask.clock.forward(days=365)

    assert as_author is not None
    assert (as_author.roles, as_author.version) == ({Role.LEARNER, Role.AUTHOR}, 1)
    assert as_suspended is None
    assert await caller_with(ask, made["secret"]) is None


GOALS = "{ viewer { goals { nodes { id } } } }"
PROFILE = "{ viewer { user { email } } }"
CREATE = """mutation { createGoal(input: {title: "T", idempotencyKey: "k"}) { userErrors { __typename } } }"""
IMPORT = 'mutation { importRoadmap(input: {file: "{}", idempotencyKey: "k"}) { userErrors { __typename } } }'
LOG = "{ auditLog { nodes { action } } }"
NEEDED = {
    GOALS: Scope.READ_LEARNING,
    PROFILE: Scope.READ_PROFILE,
    CREATE: Scope.WRITE_LEARNING,
    IMPORT: Scope.IMPORT_CONTENT,
    LOG: Scope.ADMIN_READ,
}


@pytest.mark.parametrize("scope", list(Scope))
async def test_a_key_reaches_what_its_scope_names_and_what_is_public(ask: Asker, scope: Scope) -> None:
    _, viewer = await ask.learner(roles=list(Role))
    caller = await caller_with(ask, (await a_key(ask, viewer, scope))["secret"])

    for text, needed in NEEDED.items():
        response = await ask(text, caller)
        codes = {error["extensions"]["code"] for error in response.get("errors", ())}
        assert codes == (set() if needed is scope else {"FORBIDDEN"}), text
    assert (await ask.data("{ users { nodes { handle } } }", caller))["users"]["nodes"]


async def test_scopes_do_not_replace_roles(ask: Asker) -> None:
    _, viewer = await ask.learner()
    caller = await caller_with(ask, (await a_key(ask, viewer, *Scope))["secret"])

    for text in (LOG, IMPORT):
        (error,) = (await ask(text, caller))["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    "text",
    [
        'mutation { createApiKey(input: {name: "x", scopes: [], expiresAt: "2027-01-01T00:00:00Z"}) { secret } }',
        "mutation { deleteMyAccount(input: {}) { deletesAt } }",
        "mutation { exportMyData { path } }",
        "mutation { logout { signedOut } }",
        "mutation { updateProfile(input: {bio: null}) { user { id } } }",
        'mutation { setRoles(input: {userId: "user_01K742SG00EC1V4CSM6MV3EE1S", roles: []}) { __typename } }',
    ],
)
async def test_a_field_without_a_scope_is_forbidden_for_every_key(ask: Asker, text: str) -> None:
    _, viewer = await ask.learner(roles=list(Role))
    caller = await caller_with(ask, (await a_key(ask, viewer, *Scope))["secret"])

    response = await ask(text, caller)

    assert {error["extensions"]["code"] for error in response["errors"]} == {"FORBIDDEN"}
    assert "data" not in response


async def test_one_document_is_authorised_separately_for_a_key_and_its_owner(ask: Asker) -> None:
    _, viewer = await ask.learner()
    caller = await caller_with(ask, (await a_key(ask, viewer, Scope.READ_PROFILE))["secret"])
    assert caller is not None

    assert "errors" not in await ask(GOALS, viewer)
    assert "errors" in await ask(GOALS, caller)
    assert "errors" not in await ask(GOALS, viewer)
