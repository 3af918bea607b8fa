"""Keys of nodes and slugs of roadmaps, where a file has only titles or ids of its own."""

import hashlib
import unicodedata

from domain.content.quizzes import LONGEST_SLUG, is_slug

_DIGITS = 16


def slug_of(title: str, *, otherwise: str) -> str:
    """Return a title as a slug; one without letters or digits of ASCII is named by its digest."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    slug = "-".join(words)[:LONGEST_SLUG].strip("-")
    return slug or f"{otherwise}-{_digest(title)}"


def key_of_id(name: str) -> str:
    """Return the key of a node for an id: the id where it is a slug, else its digest, so that it never changes."""
    return name if is_slug(name) else f"node-{_digest(name)}"


def free_key(wanted: str, taken: set[str]) -> str:
    """Return a key that is not taken yet, with a number where it must be."""
    key, number = wanted, 1
    while key in taken:
        number += 1
        ending = f"-{number}"
        key = wanted[: LONGEST_SLUG - len(ending)].rstrip("-") + ending
    taken.add(key)
    return key


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
