"""Builders of one-time tokens, sign-in flows and external identities."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.authentication.external_identities import SignInFlow, VerifiedIdentity
from domain.authentication.one_time_tokens import OneTimeToken, TokenPurpose
from domain.ids import UserId

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def a_token(user_id: UserId, **values: Any) -> OneTimeToken:
    usual = {
        "digest": f"digest {next(_numbers)}",
        "purpose": TokenPurpose.RESET_PASSWORD,
        "user_id": user_id,
        "email": "ada@example.org",
        "expires_at": NOON + timedelta(minutes=30),
    }
    return OneTimeToken(**usual | values)


def a_flow(**values: Any) -> SignInFlow:
    number = next(_numbers)
    usual = {
        "state_digest": f"state {number}",
        "secret_digest": f"secret {number}",
        "redirect_uri": "https://app.example.org/sign-in",
        "expires_at": NOON + timedelta(minutes=10),
    }
    return SignInFlow(**usual | values)


def an_identity(**values: Any) -> VerifiedIdentity:
    number = next(_numbers)
    usual = {
        "issuer": "https://accounts.example.org",
        "subject": f"subject {number}",
        "email": f"someone{number}@example.org",
        "email_verified": True,
        "name": "Grace Hopper",
    }
    return VerifiedIdentity(**usual | values)
