"""External sign-in: the secrets of a flow, and handles from names."""

import re

import pytest

from domain.accounts.profile_rules import checked_handle
from domain.authentication import external_accounts, external_sign_in
from domain.authentication.external_identities import NotOfferedError
from domain.errors import InvalidInputError
from tests.builders.acts import an_act
from tests.fakes.accounts import FakeAccounts
from tests.fakes.openid import REDIRECT_URI, FakeProvider
from tests.fakes.ports import FakeClient, FakePorts

SECRET = b"the secret of a test"


def test_a_flow_stores_only_digests_and_the_challenge_follows_rfc_7636() -> None:
    flow = external_sign_in.new_flow(FakeProvider(), an_act(), redirect_uri=REDIRECT_URI, secret=SECRET)

    secrets = {flow.device_secret, flow.request.state, flow.request.nonce, flow.request.code_challenge}
    assert len(secrets) == 4
    assert not secrets & {flow.stored.state_digest, flow.stored.secret_digest}
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", flow.request.code_challenge)


@pytest.mark.parametrize(
    "uri", [f"{REDIRECT_URI}/", f"{REDIRECT_URI}?x=1", "https://evil.example.org", "", REDIRECT_URI.upper()]
)
def test_only_registered_redirect_uris_are_accepted(uri: str) -> None:
    with pytest.raises(InvalidInputError):
        external_sign_in.new_flow(FakeProvider(), an_act(), redirect_uri=uri, secret=SECRET)


async def test_without_a_provider_the_sign_in_is_not_offered() -> None:
    with pytest.raises(NotOfferedError, match="not set up"):
        await external_sign_in.start(
            FakeAccounts().open, an_act(), FakeClient(), FakePorts(), None, redirect_uri=REDIRECT_URI
        )


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
    plain, suffixed = external_accounts.handles_for(name, ["x7k2"])

    assert (plain, suffixed) == (handle, f"{handle}_x7k2")
    assert checked_handle(plain) == plain
    assert checked_handle(suffixed) == suffixed
