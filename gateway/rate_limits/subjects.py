"""Subjects of rate limits: the user, API key or network that a bucket belongs to."""

from collections.abc import Callable
from functools import lru_cache

from domain.accounts.users import Viewer
from domain.authentication.attempt_limits import network_of

FindAddress = Callable[[], str | None]
"""Finds the client's address; most operations never need it."""
_UNKNOWN = "unknown"


def subject_of(viewer: Viewer | None, find_address: FindAddress) -> str:
    """Return the subject of a caller: the user, the API key, or for an anonymous caller the network."""
    if viewer is None:
        return subject_of_address(find_address())
    return viewer.user_id if viewer.scopes is None else viewer.session_id


@lru_cache(maxsize=4_096)
def subject_of_address(address: str | None) -> str:
    """Return the subject of an address: an IPv4 address, or the first 64 bits of an IPv6 one."""
    return network_of(address) if address else _UNKNOWN
