"""What a language model never gets: e-mail addresses and secrets, wherever they were written."""

import os
import time

import pytest

from domain.accounts import api_keys
from domain.ai.redaction import ADDRESS, SECRET, redacted


@pytest.mark.parametrize(
    "address",
    ["ada@example.org", "a.b+c@mail.example.co.uk", "ADA@EXAMPLE.ORG", "jürgen@müller.de", "x_y%z@a-b.io"],
)
@pytest.mark.parametrize("around", ["%s", "Write to %s!", "<%s>", "mailto:%s?subject=x", "日本語%s。"])
def test_an_address_is_left_out(address: str, around: str) -> None:
    if around.startswith("日"):
        around = f"日本語 {around[3:]}"

    assert address not in redacted(around % address)
    assert ADDRESS in redacted(around % address)


def test_secrets_are_left_out() -> None:
    secrets = [
        api_keys.composed(os.urandom),
        "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c2VyXzAxIn0.c2lnbmF0dXJlLW9mLWEtdG9rZW4",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "sk-proj-0123456789abcdefghij",
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA\n-----END PRIVATE KEY-----",
    ]

    for secret in secrets:
        assert redacted(f"My key: {secret}") == f"My key: {SECRET}"


@pytest.mark.parametrize(
    "text", ["a @ b", "@decorator", "x@y", "git tag v1@2", "risk-free", "A list[int] of 5@3.50", "sk-ip"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize("piece", ["x", "x.", "x@", "@", "a@b.", "eyJ", "qp_a", "-----BEGIN ", "sk-x "])
def test_a_hundred_thousand_characters_are_read_within_a_second(piece: str) -> None:
    began = time.perf_counter()

    redacted(piece * (100_000 // len(piece)))

    assert time.perf_counter() - began < 1
