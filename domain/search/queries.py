"""Search queries: the words of a text from a client, in the form that Postgres reads."""

import re

from domain import text
from domain.entities import entity
from domain.errors import InvalidInputError

SHORTEST_QUERY = 2
LONGEST_QUERY = 100
MOST_WORDS = 10
SHORTEST_SWAPPED = 4
LONGEST_SWAPPED = 20
"""The lengths of a word whose letters are exchanged in search of another one."""
_SYNTAX = re.compile(r"['\\]")
_WORD = re.compile(r"\w")


@entity
class SearchQuery:
    """A text to search for, and its words as a tsquery: all of them, the last one as the beginning of a word.

    Where nothing has the words, `swapped` asks for the longest one with two neighbouring letters exchanged, as typed by
    hasty fingers; it is empty where that makes no other word. At last, titles are compared with the longest word.
    """

    text: str
    words: str
    longest: str
    swapped: str


def parsed(value: str, *, field: str) -> SearchQuery:
    """Read the text of a search; raises InvalidInputError for one that is too short, too long or has no word."""
    line = text.line(value, field=field, longest=LONGEST_QUERY, shortest=SHORTEST_QUERY)
    tokens = [token for token in _SYNTAX.sub(" ", line).split() if _WORD.search(token)]
    if not tokens:
        raise InvalidInputError(f"{field} must hold a letter or a digit.", field=field)
    if len(tokens) > MOST_WORDS:
        raise InvalidInputError(f"{field} may hold at most {MOST_WORDS} words.", field=field)
    longest = max(tokens, key=len)
    return SearchQuery(
        text=line,
        words=_as_tsquery([[token] for token in tokens]),
        longest=longest,
        swapped=_as_tsquery([_swapped(token) if token is longest else [token] for token in tokens]),
    )


def _as_tsquery(words: list[list[str]]) -> str:
    """Ask for one of the alternatives of each word, the last word as the beginning of one."""
    if not all(words):
        return ""
    parts = [" | ".join(f"'{alternative}'" for alternative in alternatives) for alternatives in words[:-1]]
    is_beginning = len(words[-1][0]) >= SHORTEST_QUERY
    parts.append(" | ".join(f"'{word}':*" if is_beginning else f"'{word}'" for word in words[-1]))
    return " & ".join(f"({part})" if " | " in part else part for part in parts)


def _swapped(word: str) -> list[str]:
    """Return the word with each two neighbouring letters exchanged, where it is of a length that people mistype."""
    if not SHORTEST_SWAPPED <= len(word) <= LONGEST_SWAPPED:
        return []
    swaps = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))
    return [swap for swap in dict.fromkeys(swaps) if swap != word]
