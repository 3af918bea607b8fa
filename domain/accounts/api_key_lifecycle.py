"""API key lifecycle: users create API keys that act for them, and revoke them."""

from collections.abc import Callable
from datetime import datetime

from domain import text
from domain.accounts import access_revocation, api_keys, audit
from domain.accounts.api_keys import LONGEST_LIFE, MOST_KEYS, ApiKey, IssuedKey, TooManyApiKeysError
from domain.accounts.audit import AuditAction
from domain.accounts.scopes import Scope
from domain.accounts.work import AccountsWork
from domain.acts import Act
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import ApiKeyId
from domain.refusals import all_at_once


async def create(
    work: AccountsWork,
    act: Act,
    *,
    name: str,
    scopes: list[Scope],
    expires_at: datetime,
    randomness: Callable[[int], bytes],
) -> IssuedKey:
    """Create a key that acts for the caller; raises InvalidInputErrors, all at once, or TooManyApiKeysError."""
    with all_at_once() as each:
        with each:
            name = text.line(name, field="name", longest=60)
        with each:
            _check_scopes(scopes)
        with each:
            _check_end(act, expires_at)
    if await work.api_keys.lock_and_count(act.user_id) >= MOST_KEYS:
        raise TooManyApiKeysError(f"You have {MOST_KEYS} API keys; revoke one that you do not need.")
    secret = api_keys.composed(randomness)
    key = ApiKey(
        id=ApiKeyId(act.mint("apikey")),
        user_id=act.user_id,
        name=name,
        prefix=api_keys.prefix_of(secret),
        scopes=[scope for scope in Scope if scope in scopes],
        created_at=act.now,
        expires_at=expires_at,
        last_used_at=None,
        revoked_at=None,
    )
    await work.api_keys.add(key, key_hash=api_keys.digest(secret))
    difference = {"prefix": key.prefix, "scopes": ", ".join(scope.value for scope in key.scopes)}
    await audit.record(work.audit, act, AuditAction.API_KEY_CREATED, target=key.id, difference=difference)
    return IssuedKey(api_key=key, secret=secret)


def _check_scopes(scopes: list[Scope]) -> None:
    if not scopes:
        raise InvalidInputError("scopes must name at least one scope.", field="scopes")


def _check_end(act: Act, expires_at: datetime) -> None:
    if not act.now < expires_at <= act.now + LONGEST_LIFE:
        raise InvalidInputError(
            f"expiresAt must be in the future, at most {LONGEST_LIFE.days} days ahead.", field="expiresAt"
        )


async def revoke(work: AccountsWork, act: Act, *, key_id: ApiKeyId) -> ApiKey:
    """Revoke a key of the caller's; every process refuses it within a second. Raises NotFoundError."""
    key = await work.api_keys.revoke(key_id, user_id=act.user_id, now=act.now)
    if key is None:
        raise NotFoundError("You have no such API key.", field="id")
    session_id = api_keys.session_of(key_id)
    await access_revocation.revoke(
        work.access, act, user_id=act.user_id, session_id=session_id, emit=work.emit
    )
    difference = {"prefix": key.prefix}
    await audit.record(work.audit, act, AuditAction.API_KEY_REVOKED, target=key_id, difference=difference)
    return key
