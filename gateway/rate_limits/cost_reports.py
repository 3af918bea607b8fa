"""Cost reports: what an operation was charged, and the headers and `extensions.cost` that say so."""

from dataclasses import dataclass
from typing import Any

from gateway.rate_limits.token_leases import Lease

HeaderLines = list[tuple[bytes, bytes]]
_ENVELOPE = 2
"""The braces of the response and of its data, which are no objects of the selection."""


@dataclass(slots=True)
class CostReceipt:
    """The leases that an operation was charged to, that of its cost last; none for a free operation.

    Of the `requested` cost, `actual` was used, and `fixed` of that does not depend on the response.
    """

    leases: list[Lease]
    requested: int = 0
    actual: int = 0
    fixed: int = 0

    @property
    def is_degraded(self) -> bool:
        """Whether this process counted alone, because Redis was down."""
        for lease in self.leases:  # noqa: SIM110 - a generator costs as much as all the rest
            if lease.degraded:
                return True
        return False


def objects_in(body: bytes) -> int:
    """Count the objects in an encoded response: the unit of the estimated cost.

    Braces in texts and errors count too. That is harmless: the price never exceeds the estimate, and this takes a
    microsecond.
    """
    return max(0, body.count(b"{") - _ENVELOPE)


def with_extensions(body: bytes, extensions: bytes) -> bytes:
    """Add `extensions` to an encoded response that has none."""
    return b'%b,"extensions":%b}' % (body[:-1], extensions)


def headers_of(leases: list[Lease], now: int) -> HeaderLines:
    """Return the fields of draft-ietf-httpapi-ratelimit-headers-10: a policy a bucket, and what is left of it."""
    return [
        (b"ratelimit-policy", b", ".join([lease.policy for lease in leases])),
        (b"ratelimit", b", ".join([lease.state(now) for lease in leases])),
    ]


def cost_of(leases: list[Lease], now: int, *, requested: int, actual: int) -> dict[str, Any]:
    """Return `extensions.cost`; the last lease is that of the cost."""
    budget = leases[-1]
    cost: dict[str, Any] = {
        "requested": requested,
        "actual": actual,
        "available": budget.free(now),
        "restoreRate": budget.quota.limit,
    }
    return cost | {"degraded": True} if any(lease.degraded for lease in leases) else cost
