"""Topic paths: names of topics, and paths of them such as `Python > Functions`."""

import unicodedata

from domain import text
from domain.errors import InvalidInputError
from domain.refusals import all_at_once

SEPARATOR = ">"
MOST_PARTS = 8
"""How many topics a path names at most."""
LONGEST_NAME = 100
LONGEST_PATH = MOST_PARTS * (LONGEST_NAME + len(f" {SEPARATOR} "))
_JOINT = f" {SEPARATOR} "


def parts_of(path: str, *, field: str) -> list[str]:
    """Return the names of a path, split at `>`, each trimmed and in NFC; raises InvalidInputErrors, all at once."""
    if len(path) > 2 * LONGEST_PATH:  # refuse a megabyte before splitting it
        raise InvalidInputError(f"{field} may hold at most {LONGEST_PATH} characters.", field=field)
    parts = path.split(SEPARATOR)
    if len(parts) > MOST_PARTS:
        raise InvalidInputError(f"{field} may name at most {MOST_PARTS} topics.", field=field)
    if not all(part.strip() for part in parts):
        raise InvalidInputError(
            f"{field} must name a topic before, between and behind each {SEPARATOR}.", field=field
        )
    names = []
    with all_at_once() as each:
        for part in parts:
            with each:
                names.append(checked_name(part, field=field))
    return names


def checked_name(value: str, *, field: str) -> str:
    """Return the name of a topic: one line of 1 to 100 characters without `>`; runs of white space become a space."""
    name = text.line(value, field=field, longest=LONGEST_NAME)
    if SEPARATOR in name:
        raise InvalidInputError(f"{field} must not hold {SEPARATOR}, which separates topics.", field=field)
    return " ".join(name.split())


def key_of(name: str) -> str:
    """Return what two names have in common that are the same topic: the name in NFC without case."""
    return unicodedata.normalize("NFC", text.stripped(unicodedata.normalize("NFC", name).casefold()))


def written(names: list[str]) -> str:
    """Return the path that the names make, as it is shown."""
    return _JOINT.join(names)


def path_key_of(names: list[str]) -> str:
    """Return what two paths have in common that are the same."""
    return SEPARATOR.join(map(key_of, names))
