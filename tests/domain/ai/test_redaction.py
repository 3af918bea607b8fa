"""What a language model never gets: e-mail addresses and secrets, wherever they were written."""

import os
import time

import pytest

from domain.accounts import api_keys
from domain.ai.redaction import ADDRESS, SECRET, redacted
from domain.threads import share_changes


@pytest.mark.parametrize(
    "address",
    [
        *(
            "ada@example.org",
            "a.b+c@mail.example.co.uk",
            "ADA@EXAMPLE.ORG",
            "jürgen@müller.de",
            "x_y.z@a-b.io",
        ),
        *("grace\uff20questpath.example", "grace%40questpath.example", '"a b"@x.example', "root@localhost"),
    ],
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
        "qp_abcdefghijklmnopqrstuvwxyz012345",
        f"{share_changes.MARK}0123456789abcdefghijABCDEFGHIJ",
        os.urandom(32).hex(),
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz",
        "glpat-abcdefghij0123456789",
        "xoxb-123456789012-abcdefghijkl",
        "AKIAIOSFODNN7EXAMPLE",
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    ]

    for secret in secrets:
        assert redacted(f"My key: {secret}") == f"My key: {SECRET}"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("password: hunter2hunter2", f"password: {SECRET}"),
        ('{"api_key": "abc123def456"}', f'{{"api_key": "{SECRET}"}}'),
        ("TOKEN=abcd1234efgh", f"TOKEN={SECRET}"),
        ("Authorization: Bearer abc.def.012345", f"Authorization: Bearer {SECRET}"),
        ("postgresql://ada:s3cr3t@db.example.org/x", f"postgresql://{SECRET}@db.example.org/x"),
    ],
)
def test_what_is_named_as_a_secret_is_left_out(text: str, left: str) -> None:
    assert redacted(text) == left


@pytest.mark.parametrize(
    "text",
    [
        *("a @ b", "@decorator", "x@y", "git tag v1@2", "risk-free", "A list[int] of 5@3.50", "sk-ip"),
        *(
            "token: str = None",
            "The password has 8 characters.",
            "secret: keep it",
            "commit 3f2a91c",
            "a%40b",
        ),
        *("the bearer of 12345678 shares", "https://example.org/a:b@c", "deadbeef" * 4),
    ],
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize(
    "piece",
    [
        "x",
        "x.",
        "x@",
        "@",
        "a@b.",
        "eyJ",
        "qp_a",
        "-----BEGIN ",
        "sk-x ",
        "://a:",
        "token=",
        '"',
        "bearer 1",
        "ab12",
    ],
)
def test_a_hundred_thousand_characters_are_read_within_a_second(piece: str) -> None:
    began = time.perf_counter()

    redacted(piece * (100_000 // len(piece)))

    assert time.perf_counter() - began < 1
