"""Limits on documents and variables, and the errors that refuse larger ones."""

from enum import Enum

from graphql import GraphQLError

from domain.entities import entity

COST = "COST_LIMIT_EXCEEDED"
DEPTH = "DEPTH_LIMIT_EXCEEDED"
BEYOND = 10**9
"""The value at which sums saturate."""
_PARTS_OF_A_TOKEN = 4


class CostMode(Enum):
    """Whether an operation over the cost limit is refused, or run and measured."""

    MEASURE = "measure"
    ENFORCE = "enforce"


@entity
class Limits:
    """The largest operation and the largest variables that are run; each limit is a setting."""

    depth: int = 15
    aliases: int = 30
    directives: int = 20
    tokens: int = 3_000
    fields: int = 1_500
    root_fields: int = 20
    cost: int = 5_000
    cost_mode: CostMode = CostMode.ENFORCE
    operations: int = 50
    """Operations in a document, of which one is run."""
    characters: int = 100_000
    """Length of a document in characters: long values belong in variables."""
    variable_depth: int = 10
    """Nesting of lists and objects in a variable."""
    variable_list: int = 1_000
    """Length of each list in a variable."""
    variable_values: int = 10_000
    """Values in all variables together, keys not counted."""

    @property
    def parts(self) -> int:
        """Syntax nodes in a document with its fragments expanded."""
        return self.tokens * _PARTS_OF_A_TOKEN


def refusal(code: str, what: str, actual: int, limit: int) -> GraphQLError:
    """Make the refusal of an operation that exceeds a limit."""
    shown = f"{actual:,}" if actual < BEYOND else f"more than {BEYOND:,}"
    return GraphQLError(
        f"The operation's {what} is {shown}; the limit is {limit:,}. Ask for less, or send several requests.",
        extensions={"code": code},
    )
