"""Idempotency keys: a request that is sent again has no second effect and gets the same response."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any, Protocol

from domain import text
from domain.acts import Act
from domain.entities import entity
from domain.errors import IdempotencyKeyReusedError
from domain.ids import UserId

REMEMBERED = timedelta(hours=24)
LONGEST_KEY = 200
_written = json.JSONEncoder(sort_keys=True, default=str).encode


@entity
class Receipt:
    """The use of an idempotency key: a hash of the input, and the id of the object that was made."""

    fingerprint: str
    result_id: str


@entity
class Claim:
    """A key to be used: its operation, and the receipt that it leaves."""

    operation: str
    key: str
    receipt: Receipt


ReceiptName = tuple[str, str, str]
"""User, operation and key, which name a receipt."""
FIRST_RECEIPT: ReceiptName = ("", "", "")
"""What stands before the name of every receipt."""


class Receipts(Protocol):
    """Keeps the receipts of keys for 24 hours, also over restarts."""

    async def claim(
        self, *, user_id: UserId, operation: str, key: str, receipt: Receipt, now: datetime
    ) -> Receipt | None:
        """Store `receipt` under the key; return the receipt that a committed operation stored before, or None."""

    async def forget(self, *, before: datetime, after: ReceiptName, most: int) -> ReceiptName | None:
        """Look at the next receipts after a name, at most `most`, and remove those that were claimed by `before`.

        Return the name of the last that was looked at, or None at the end. One that is being claimed is left.
        """


async def first_use(
    receipts: Receipts, act: Act, *, operation: str, key: str, given: dict[str, Any], result_id: str
) -> str | None:
    """Claim `key` for `result_id`; return None on its first use, else the id that the first use made.

    `given` is the whole input of the operation. Raises IdempotencyKeyReusedError if the key was used with other input.
    """
    claim = claim_of(operation=operation, key=key, given=given, result_id=result_id)
    earlier = await receipts.claim(
        user_id=act.user_id, operation=operation, key=claim.key, receipt=claim.receipt, now=act.now
    )
    if earlier is None:
        return None
    if earlier.fingerprint != claim.receipt.fingerprint:
        raise key_reused()
    return earlier.result_id


def claim_of(*, operation: str, key: str, given: dict[str, Any], result_id: str) -> Claim:
    """Return the claim of `key` for `result_id`; raises InvalidInputError for an empty or long key."""
    return Claim(
        operation=operation,
        key=checked_key(key),
        receipt=Receipt(fingerprint=_fingerprint(given), result_id=result_id),
    )


def checked_key(key: str) -> str:
    """Return the key when it is one line of 1 to 200 characters."""
    return text.line(key, field="idempotencyKey", longest=LONGEST_KEY)


def key_reused() -> IdempotencyKeyReusedError:
    """Return the error of a key that was used with other input before."""
    return IdempotencyKeyReusedError(
        "This idempotency key was used with other input; make a new key for a new request.",
        field="idempotencyKey",
    )


def _fingerprint(given: dict[str, Any]) -> str:
    return hashlib.sha256(_written(given).encode()).hexdigest()
