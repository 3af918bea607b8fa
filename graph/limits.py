"""Limits: the largest document and variables that are run, and the sentences that refuse larger ones."""

from enum import Enum

from graphql import GraphQLError

from domain.entities import entity

COST = "COST_LIMIT_EXCEEDED"
DEPTH = "DEPTH_LIMIT_EXCEEDED"
BEYOND = 10**9
"""Where sums stop growing."""
_PARTS_OF_A_TOKEN = 4


class CostMode(Enum):
    """What becomes of an operation that costs too much: it is run and measured, or refused."""

    MEASURE = "measure"
    ENFORCE = "enforce"


@entity
class Limits:
    """The largest document that is run, operation by operation, and the largest variables; each is a setting."""

    depth: int = 15
    aliases: int = 30
    directives: int = 20
    tokens: int = 3_000
    fields: int = 1_500
    root_fields: int = 20
    cost: int = 5_000
    cost_mode: CostMode = CostMode.ENFORCE
    operations: int = 50
    """How many operations a document may hold, of which one is run."""
    characters: int = 100_000
    """How long a document may be, in characters: long values belong into variables."""
    variable_depth: int = 10
    """How deep lists and objects may be nested in a variable."""
    variable_list: int = 1_000
    """How long each list in a variable may be."""
    variable_values: int = 10_000
    """How many values all variables may hold together, keys not counted."""

    @property
    def parts(self) -> int:
        """How many syntax nodes a document may have once its fragments are written out where they are spread."""
        return self.tokens * _PARTS_OF_A_TOKEN


def refusal(code: str, what: str, actual: int, limit: int) -> GraphQLError:
    """Refuse an operation for one of its sizes."""
    shown = f"{actual:,}" if actual < BEYOND else "beyond measure"
    return GraphQLError(
        f"The operation's {what} is {shown}; at most {limit:,} is run. Ask for less, or in several requests.",
        extensions={"code": code},
    )
