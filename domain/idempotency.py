"""Idempotency keys: the same request, sent again, has the same effect and the same answer."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, Protocol

from domain import text
from domain.entities import entity
from domain.errors import IdempotencyKeyReusedError
from domain.ids import UserId

REMEMBERED = timedelta(hours=24)
LONGEST_KEY = 200
_written = json.JSONEncoder(sort_keys=True, default=str).encode


@entity
class Receipt:
    """What an idempotency key was used for: a hash of the input and the id of the object it made."""

    fingerprint: str
    result_id: str


@entity
class Claim:
    """A key about to be used: for which operation, and the receipt that it leaves."""

    operation: str
    key: str
    receipt: Receipt


class Receipts(Protocol):
    """Remembers keys for 24 hours, also over restarts."""

    async def claim(
        self, *, user_id: UserId, operation: str, key: str, receipt: Receipt, now: datetime
    ) -> Receipt | None:
        """Store `receipt` under the key, or return the one that a committed act stored there before."""


async def first_use(
    receipts: Receipts,
    *,
    user_id: UserId,
    operation: str,
    key: str,
    given: dict[str, Any],
    result_id: str,
    now: datetime,
) -> str | None:
    """Claim `key` for `result_id`; return None on its first use, else the id that the first use made.

    `given` is the whole input of the operation. Raises IdempotencyKeyReusedError when the key came with other
    input before.
    """
    claim = claim_of(operation=operation, key=key, given=given, result_id=result_id)
    return await first_use_of(receipts, claim, user_id=user_id, now=now)


def claim_of(*, operation: str, key: str, given: dict[str, Any], result_id: str) -> Claim:
    """Return what claims `key` for `result_id`; raises InvalidInputError for an empty or long key."""
    return Claim(
        operation=operation,
        key=text.line(key, field="idempotencyKey", longest=LONGEST_KEY),
        receipt=Receipt(fingerprint=_fingerprint(given), result_id=result_id),
    )


async def first_use_of(receipts: Receipts, claim: Claim, *, user_id: UserId, now: datetime) -> str | None:
    """Make a claim as `first_use` does."""
    earlier = await receipts.claim(
        user_id=user_id, operation=claim.operation, key=claim.key, receipt=claim.receipt, now=now
    )
    if earlier is None:
        return None
    if earlier.fingerprint != claim.receipt.fingerprint:
        raise key_reused()
    return earlier.result_id


def key_reused() -> IdempotencyKeyReusedError:
    """Return the refusal of a key that came with other input before."""
    return IdempotencyKeyReusedError(
        "This idempotency key was used with other input; make a new key for a new request.",
        field="idempotencyKey",
    )


def _fingerprint(given: dict[str, Any]) -> str:
    return hashlib.sha256(_written(given).encode()).hexdigest()
