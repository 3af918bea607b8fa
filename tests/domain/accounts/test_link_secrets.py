"""Secrets of links: their form, and that all their bits are random."""

import re

from domain.accounts.link_secrets import digest, new_secret


def test_a_secret_holds_all_random_bits_after_its_mark() -> None:
    asked: list[int] = []

    def randomness(count: int) -> bytes:
        asked.append(count)
        return bytes(range(count))

    secret = new_secret("qpt_", randomness)

    assert asked == [32]
    assert re.fullmatch(r"qpt_[\w-]{43}", secret)
    assert new_secret("qpt_", lambda count: bytes(count - 1) + b"\x01") != new_secret("qpt_", bytes)


def test_a_digest_is_of_any_text_and_differs_with_it() -> None:
    assert len({digest("a"), digest("b"), digest("\ud800")}) == 3
    assert digest("a") == digest("a")
