"""Tokens, addresses and identities: one suite over the fakes and the real stores."""

from datetime import timedelta
from typing import Any

import pytest

from domain.external_identities import ExternalIdentities, IdentityTakenError
from domain.holders import Holders
from domain.one_time_tokens import OneTimeTokens, TokenPurpose
from domain.users import EmailTakenError
from persistence.work import SqlWork
from tests.builders import a_user
from tests.builders.proving import NOON, a_flow, a_token
from tests.fakes.proving import FakeExternalIdentities, FakeHolders, FakeOneTimeTokens

ADA, BOB = a_user(handle="proving_ada", email="proving.ada@example.org"), a_user()
RESET, VERIFY = TokenPurpose.RESET_PASSWORD, TokenPurpose.VERIFY_EMAIL
HERE = "https://accounts.example.org"


@pytest.fixture
async def people(work: SqlWork) -> SqlWork:
    await work.users.add(ADA)
    await work.users.add(BOB)
    return work


@pytest.fixture(params=["fake", "sql"])
def tokens(request: Any, people: SqlWork) -> OneTimeTokens:
    return FakeOneTimeTokens() if request.param == "fake" else people.one_time_tokens


@pytest.fixture(params=["fake", "sql"])
def holders(request: Any, people: SqlWork) -> Holders:
    return FakeHolders([ADA, BOB]) if request.param == "fake" else people.holders


@pytest.fixture(params=["fake", "sql"])
def identities(request: Any, people: SqlWork) -> ExternalIdentities:
    return FakeExternalIdentities() if request.param == "fake" else people.external_identities


async def test_a_token_is_spent_once(tokens: OneTimeTokens) -> None:
    token = a_token(ADA.id)
    await tokens.add(token)

    found = await tokens.find(token.digest, purpose=RESET, now=NOON)
    spent = await tokens.spend(token.digest, purpose=RESET, now=NOON)

    assert found == spent == token
    assert await tokens.spend(token.digest, purpose=RESET, now=NOON) is None
    assert await tokens.find(token.digest, purpose=RESET, now=NOON) is None


async def test_a_token_is_good_for_its_purpose_and_until_it_expires(tokens: OneTimeTokens) -> None:
    token = a_token(ADA.id)
    await tokens.add(token)

    assert await tokens.spend(token.digest, purpose=VERIFY, now=NOON) is None
    assert await tokens.spend(token.digest, purpose=RESET, now=token.expires_at) is None
    assert await tokens.spend(token.digest, purpose=RESET, now=NOON) == token


async def test_tokens_are_voided_by_user_and_purpose(tokens: OneTimeTokens) -> None:
    reset, verify, of_bob = a_token(ADA.id), a_token(ADA.id, purpose=VERIFY), a_token(BOB.id)
    for token in (reset, verify, of_bob):
        await tokens.add(token)

    await tokens.void(ADA.id, purpose=RESET)
    first = [await tokens.find(t.digest, purpose=t.purpose, now=NOON) for t in (reset, verify, of_bob)]
    await tokens.void(ADA.id)
    await tokens.forget(now=NOON + timedelta(days=1))
    second = [await tokens.find(t.digest, purpose=t.purpose, now=NOON) for t in (reset, verify, of_bob)]

    assert first == [None, verify, of_bob]
    assert second == [None, None, None]


async def test_a_holder_is_found_by_address_and_by_id(holders: Holders) -> None:
    by_email = await holders.by_email("proving.ada@example.org")

    assert by_email == await holders.by_id(ADA.id)
    assert by_email is not None
    assert (by_email.handle, by_email.email_verified) == ("proving_ada", False)
    assert await holders.by_email("nobody@example.org") is None


async def test_a_held_account_is_what_it_is_now(holders: Holders) -> None:
    await holders.set_password(ADA.id, "new")

    held = await holders.hold(ADA.id)

    assert held is not None
    assert held.password_hash == "new"
    assert held == await holders.by_id(ADA.id)
    assert await holders.hold(a_user().id) is None


async def test_a_hash_gives_way_only_to_another_of_the_same_password(holders: Holders) -> None:
    await holders.set_password(ADA.id, "new")

    await holders.rehash(ADA.id, old="hash of: correct horse battery", new="late")
    late = await holders.by_id(ADA.id)
    await holders.rehash(ADA.id, old="new", new="newer")
    now = await holders.by_id(ADA.id)

    assert late is not None
    assert now is not None
    assert (late.password_hash, now.password_hash) == ("new", "newer")


async def test_a_proven_address_is_verified(holders: Holders) -> None:
    await holders.set_verified_email(ADA.id, "ada.new@example.org")

    holder = await holders.by_id(ADA.id)
    assert holder is not None
    assert (holder.email, holder.email_verified) == ("ada.new@example.org", True)


async def test_an_address_of_another_account_is_refused(holders: Holders) -> None:
    with pytest.raises(EmailTakenError):
        await holders.set_verified_email(ADA.id, BOB.email)


async def test_the_first_free_handle_is_found(holders: Holders) -> None:
    assert await holders.free_handle(["proving_ada", BOB.handle, "free_one", "free_two"]) == "free_one"
    assert await holders.free_handle(["proving_ada"]) is None


async def test_an_identity_opens_the_account_that_it_is_linked_to(identities: ExternalIdentities) -> None:
    await identities.link(ADA.id, issuer=HERE, subject="1", now=NOON)
    linked = await identities.user_of(HERE, "1")

    await identities.unlink(ADA.id)

    assert linked == ADA.id
    assert await identities.user_of(HERE, "1") is None
    assert await identities.user_of("https://other.example.org", "1") is None


@pytest.mark.parametrize(("user", "subject"), [(BOB, "1"), (ADA, "2")])
async def test_an_identity_and_an_account_are_linked_once(
    identities: ExternalIdentities, user: Any, subject: str
) -> None:
    await identities.link(ADA.id, issuer=HERE, subject="1", now=NOON)

    with pytest.raises(IdentityTakenError):
        await identities.link(user.id, issuer=HERE, subject=subject, now=NOON)


async def test_a_flow_ends_once_with_both_of_its_secrets(identities: ExternalIdentities) -> None:
    flow, other = a_flow(), a_flow()
    for begun in (flow, other):
        await identities.begin(begun)
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
