"""Subjects of rate limits: the user, the key or the network."""

import pytest

from domain.accounts.scopes import Scope
from domain.accounts.users import Viewer
from domain.ids import SessionId, UserId
from gateway.rate_limits.subjects import subject_of, subject_of_address
from tests.support.rate_limits import ADA

KEY = Viewer(
    user_id=UserId("user_ada"),
    session_id=SessionId("key_1"),
    roles=frozenset(),
    scopes=frozenset({Scope.READ_LEARNING}),
)


@pytest.mark.parametrize(
    ("viewer", "address", "subject"),
    [
        (ADA, "192.0.2.7", "user_ada"),
        (KEY, "192.0.2.7", "key_1"),
        (None, "192.0.2.7", "192.0.2.7"),
        (None, "2001:db8:0:1:ffff::2", "2001:db8:0:1::/64"),
        (None, None, "unknown"),
    ],
)
def test_the_subject_is_the_user_the_key_or_the_network(
    viewer: Viewer | None, address: str | None, subject: str
) -> None:
    assert subject_of(viewer, lambda: address) == subject
    assert subject_of_address("2001:db8::1") == subject_of_address("2001:db8::ffff:1")
