"""Search queries: the words of a text from a client, in the form that Postgres reads."""

import re

from domain import text
from domain.entities import entity
from domain.errors import InvalidInputError

SHORTEST_QUERY = 2
LONGEST_QUERY = 100
MOST_WORDS = 10
_SYNTAX = re.compile(r"['\\]")
_WORD = re.compile(r"\w")


@entity
class SearchQuery:
    """A text to search for, and its words as a tsquery: all of them, the last one as the beginning of a word.

    Where nothing has the words, titles are compared with the longest one.
    """

    text: str
    words: str
    longest: str


def parsed(value: str, *, field: str) -> SearchQuery:
    """Read the text of a search; raises InvalidInputError for one that is too short, too long or has no word."""
    line = text.line(value, field=field, longest=LONGEST_QUERY, shortest=SHORTEST_QUERY)
    tokens = [token for token in _SYNTAX.sub(" ", line).split() if _WORD.search(token)]
    if not tokens:
        raise InvalidInputError(f"{field} must hold a letter or a digit.", field=field)
    if len(tokens) > MOST_WORDS:
        raise InvalidInputError(f"{field} may hold at most {MOST_WORDS} words.", field=field)
    *whole, last = (f"'{token}'" for token in tokens)
    is_beginning = len(tokens[-1]) >= SHORTEST_QUERY
    words = [*whole, f"{last}:*" if is_beginning else last]
    return SearchQuery(text=line, words=" & ".join(words), longest=max(tokens, key=len))
