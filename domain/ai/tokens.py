"""Tokens: how many a text has at most, about, without the tokenizer of any model."""

_BYTES = 3
"""English has about four bytes a token, Chinese about three, and code fewer than English."""


def estimated(text: str) -> int:
    """Return about how many tokens a text has: a third of its bytes in UTF-8, rounded up."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // _BYTES)
