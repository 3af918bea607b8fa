"""Signing in elsewhere: the flow's secrets, and handles from names."""

import re

import pytest

from domain import external_sign_in
from domain.errors import InvalidInputError
from domain.external_identities import NotOfferedError
from domain.identity import checked_handle
from tests.builders import mint
from tests.builders.proving import NOON
from tests.fakes.providers import HERE, FakeProvider

SECRET = b"the secret of a test"


def test_a_flow_keeps_only_digests_and_pkce_is_as_the_standard_says() -> None:
    begun = external_sign_in.begin(FakeProvider(), redirect_uri=HERE, mint=mint, now=NOON, secret=SECRET)

    secrets = {begun.secret, begun.challenge.state, begun.challenge.nonce, begun.challenge.code_challenge}
    assert len(secrets) == 4
    assert not secrets & {begun.flow.state_digest, begun.flow.secret_digest}
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", begun.challenge.code_challenge)


@pytest.mark.parametrize("uri", [f"{HERE}/", f"{HERE}?x=1", "https://evil.example.org", "", HERE.upper()])
def test_only_the_agreed_addresses_are_sent_back_to(uri: str) -> None:
    with pytest.raises(InvalidInputError):
        external_sign_in.begin(FakeProvider(), redirect_uri=uri, mint=mint, now=NOON, secret=SECRET)


def test_where_no_provider_is_set_up_the_refusal_says_so() -> None:
    with pytest.raises(NotOfferedError, match="not set up"):
        external_sign_in.offered(None)


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Ada Lovelace", "ada_lovelace"),
        ("Zoë O'Hara-Şahin", "zoe_o_hara_sahin"),
        ("李", "learner"),
        ("", "learner"),
        ("__a__", "learner"),
        ("A" * 100, "a" * 20),
        ("abcdefghij klmnopqr s tuv", "abcdefghij_klmnopqr"),
    ],
)
def test_a_handle_is_made_from_a_name(name: str, handle: str) -> None:
    plain, suffixed = external_sign_in.handles_for(name, ["x7k2"])

    assert (plain, suffixed) == (handle, f"{handle}_x7k2")
    assert checked_handle(plain) == plain
    assert checked_handle(suffixed) == suffixed
