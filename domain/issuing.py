"""Issuing: users make API keys that act for them, and end them."""

from collections.abc import Callable
from datetime import datetime

from domain import access, api_keys, audit, text
from domain.api_keys import LONGEST_LIFE, MOST_KEYS, ApiKey, IssuedKey, TooManyApiKeysError
from domain.audit import AuditAction, Origin
from domain.errors import InvalidInputError, NotFoundError
from domain.ids import ApiKeyId, Mint, UserId
from domain.scopes import Scope
from domain.work import Work


async def create(
    work: Work,
    *,
    user_id: UserId,
    name: str,
    scopes: list[Scope],
    expires_at: datetime,
    now: datetime,
    mint: Mint,
    randomness: Callable[[int], bytes],
    origin: Origin,
) -> IssuedKey:
    """Make a key that acts for the user; raises InvalidInputError or TooManyApiKeysError."""
    title = text.line(name, field="name", longest=60)
    if not scopes:
        raise InvalidInputError("scopes must name at least one scope.", field="scopes")
    if not now < expires_at <= now + LONGEST_LIFE:
        raise InvalidInputError(
            f"expiresAt must lie in the future, at most {LONGEST_LIFE.days} days ahead.", field="expiresAt"
        )
    if await work.api_keys.hold(user_id) >= MOST_KEYS:
        raise TooManyApiKeysError(f"You have {MOST_KEYS} API keys; revoke one that you do not need.")
    secret = api_keys.composed(randomness)
    key = ApiKey(
        id=ApiKeyId(mint("apikey")),
        user_id=user_id,
        name=title,
        prefix=api_keys.prefix_of(secret),
        scopes=[scope for scope in Scope if scope in scopes],
        created_at=now,
        expires_at=expires_at,
        last_used_at=None,
        revoked_at=None,
    )
    await work.api_keys.add(key, key_hash=api_keys.digest(secret))
    told = {"prefix": key.prefix, "scopes": ", ".join(scope.value for scope in key.scopes)}
    await audit.record(
        work.audit,
        mint=mint,
        now=now,
        actor_id=user_id,
        action=AuditAction.API_KEY_CREATED,
        target=key.id,
        origin=origin,
        difference=told,
    )
    return IssuedKey(api_key=key, secret=secret)


async def revoke(
    work: Work,
    *,
    user_id: UserId,
    key_id: ApiKeyId,
    now: datetime,
    mint: Mint,
    origin: Origin,
) -> ApiKey:
    """End a key of the user's; every process refuses it within a second. Raises NotFoundError."""
    key = await work.api_keys.revoke(key_id, user_id=user_id, now=now)
    if key is None:
        raise NotFoundError("You have no such API key.", field="id")
    await access.withdraw(
        work.access, user_id=user_id, session_id=api_keys.session_of(key_id), now=now, emit=work.emit
    )
    await audit.record(
        work.audit,
        mint=mint,
        now=now,
        actor_id=user_id,
        action=AuditAction.API_KEY_REVOKED,
        target=key_id,
        origin=origin,
        difference={"prefix": key.prefix},
    )
    return key
