"""Tokens: about how many a text has, without the tokenizer of any model."""

_BYTES = 3
"""English has about four bytes a token, Chinese about three, and code fewer than English."""


def estimated(text: str) -> int:
    """Return about how many tokens a text has: a third of its bytes in UTF-8, rounded up."""
    return of_bytes(len(text.encode("utf-8", "surrogatepass")))


def of_bytes(length: int) -> int:
    """Return about how many tokens so many bytes of UTF-8 are."""
    return -(-length // _BYTES)
