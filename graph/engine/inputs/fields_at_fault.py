"""Fields at fault: names the field of an input that a request error is about, as the entries in `userErrors` do."""

import re

from graphql import GraphQLError
from graphql.pyutils.print_path_list import print_path_list

_MISSING = re.compile(r"Expected value of type '\w+' to include required field '(\w+)'")


def field_at_fault(name: str, error: GraphQLError, path: list[str | int]) -> str:
    """Return the path inside of a variable or an argument, like `answer.options[1]`, or else the `name` of that.

    graphql-core blames the object for a field that is missing; that field is the one at fault here.
    """
    missing = _MISSING.match(error.message)
    inside = print_path_list([*path, missing[1]] if missing else path).removeprefix(" at ")
    return inside[1:] if inside.startswith(".") else f"{name}{inside}"
