"""One-time tokens: spent once, for their purpose, until they expire."""

from datetime import timedelta

import pytest

from domain.authentication.one_time_tokens import OneTimeTokens, TokenPurpose
from persistence.stores import SqlWork
from tests.builders import a_user
from tests.builders.credentials import NOON, a_token

ADA, BOB = a_user(), a_user()
RESET, VERIFY = TokenPurpose.RESET_PASSWORD, TokenPurpose.VERIFY_EMAIL


@pytest.fixture
async def tokens(work: SqlWork) -> OneTimeTokens:
    await work.users.add(ADA)
    await work.users.add(BOB)
    return work.one_time_tokens


async def test_a_token_is_spent_once(tokens: OneTimeTokens) -> None:
    token = a_token(ADA.id)
    await tokens.add(token)

    found = await tokens.find(token.digest, purpose=RESET, now=NOON)
    spent = await tokens.spend(token.digest, purpose=RESET, now=NOON)

    assert found == spent == token
    assert await tokens.spend(token.digest, purpose=RESET, now=NOON) is None
    assert await tokens.find(token.digest, purpose=RESET, now=NOON) is None


async def test_a_token_is_valid_for_its_purpose_until_it_expires(tokens: OneTimeTokens) -> None:
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
