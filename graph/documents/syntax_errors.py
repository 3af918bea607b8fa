"""Syntax errors: say what was expected and where, without the text that the document has there."""

import re

from graphql import GraphQLError, GraphQLSyntaxError

_TOKEN = re.compile(r"\b(Name|Int|Float|String|BlockString|Comment) '.*'", re.DOTALL)
_REST = re.compile(r"^((?:Invalid|Unexpected character)[^:']*?)(?:: .*|, did you mean .*| '.*)", re.DOTALL)


def without_text(error: GraphQLSyntaxError) -> GraphQLError:
    """Return the error at the same place without words, numbers and characters of the document."""
    sentence = _REST.sub(r"\1.", _TOKEN.sub(r"\1", error.message.removeprefix("Syntax Error: ")))
    return GraphQLError(f"Syntax Error: {sentence}", source=error.source, positions=error.positions)
