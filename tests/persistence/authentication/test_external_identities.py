"""External identities: linked once, and sign-in flows that finish once."""

import pytest

from domain.accounts.users import NewUser
from domain.authentication.external_identities import ExternalIdentities, IdentityTakenError
from persistence.stores import SqlWork
from tests.builders import a_user
from tests.builders.credentials import NOON, a_flow

ADA, BOB = a_user(), a_user()
ISSUER = "https://accounts.example.org"


@pytest.fixture
async def identities(work: SqlWork) -> ExternalIdentities:
    await work.users.add(ADA)
    await work.users.add(BOB)
    return work.external_identities


async def test_an_identity_is_found_with_its_account(identities: ExternalIdentities) -> None:
    await identities.link(ADA.id, issuer=ISSUER, subject="1", now=NOON)

    assert await identities.user_of(ISSUER, "1") == ADA.id
    assert await identities.user_of(ISSUER, "2") is None
    assert await identities.user_of("https://other.example.org", "1") is None


@pytest.mark.parametrize(("user", "subject"), [(BOB, "1"), (ADA, "2")])
async def test_an_identity_and_an_account_are_linked_once(
    identities: ExternalIdentities, user: NewUser, subject: str
) -> None:
    await identities.link(ADA.id, issuer=ISSUER, subject="1", now=NOON)

    with pytest.raises(IdentityTakenError):
        await identities.link(user.id, issuer=ISSUER, subject=subject, now=NOON)


async def test_a_flow_ends_once_with_both_of_its_secrets(identities: ExternalIdentities) -> None:
    flow, other = a_flow(), a_flow()
    for started in (flow, other):
        await identities.begin(started)
    both = {"state_digest": flow.state_digest, "secret_digest": flow.secret_digest}

    crossed = await identities.finish(**both | {"secret_digest": other.secret_digest}, now=NOON)
    late = await identities.finish(**both, now=flow.expires_at)
    ended = await identities.finish(**both, now=NOON)

    assert (crossed, late, ended) == (None, None, flow)
    assert await identities.finish(**both, now=NOON) is None
    await identities.forget(now=other.expires_at)
    assert (
        await identities.finish(state_digest=other.state_digest, secret_digest=other.secret_digest, now=NOON)
        is None
    )
