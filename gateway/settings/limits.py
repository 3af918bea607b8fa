"""Settings of the limits on documents and variables, and of deadlines: the house's figures unless told otherwise."""

from pydantic import Field
from pydantic_settings import BaseSettings

from graph.limits import CostMode, Limits

_HOUSE = Limits()
_MOST = 1_000_000
_DEEPEST = 50

EXAMPLES = {
    "QUESTPATH_DEADLINE_S": "10",
    "QUESTPATH_STATEMENT_DEADLINE_S": "5",
    "QUESTPATH_COST": "measure or enforce",
    "QUESTPATH_LIMIT_COST": "5000",
    "QUESTPATH_LIMIT_DEPTH": "15",
    "QUESTPATH_LIMIT_ALIASES": "30",
    "QUESTPATH_LIMIT_DIRECTIVES": "20",
    "QUESTPATH_LIMIT_TOKENS": "3000",
    "QUESTPATH_LIMIT_FIELDS": "1500",
    "QUESTPATH_LIMIT_ROOT_FIELDS": "20",
    "QUESTPATH_LIMIT_OPERATIONS": "50",
    "QUESTPATH_LIMIT_CHARACTERS": "100000",
    "QUESTPATH_LIMIT_VARIABLE_DEPTH": "10",
    "QUESTPATH_LIMIT_VARIABLE_LIST": "1000",
    "QUESTPATH_LIMIT_VARIABLE_VALUES": "10000",
}
"""A valid value of each setting."""


class LimitSettings(BaseSettings):
    """How large one operation may be, and how long it may take."""

    deadline_s: float = Field(default=10.0, gt=0, le=120)
    """Seconds after which an operation is cancelled."""
    statement_deadline_s: float = Field(default=5.0, gt=0, le=120)
    """Seconds after which Postgres cancels a statement."""
    cost: CostMode = CostMode.ENFORCE
    """What becomes of an operation that costs too much."""
    limit_cost: int = Field(default=_HOUSE.cost, ge=1, le=_MOST)
    limit_depth: int = Field(default=_HOUSE.depth, ge=1, le=_DEEPEST)
    limit_aliases: int = Field(default=_HOUSE.aliases, ge=0, le=_MOST)
    limit_directives: int = Field(default=_HOUSE.directives, ge=0, le=_MOST)
    limit_tokens: int = Field(default=_HOUSE.tokens, ge=1, le=_MOST)
    limit_fields: int = Field(default=_HOUSE.fields, ge=1, le=_MOST)
    limit_root_fields: int = Field(default=_HOUSE.root_fields, ge=1, le=_MOST)
    limit_operations: int = Field(default=_HOUSE.operations, ge=1, le=_MOST)
    limit_characters: int = Field(default=_HOUSE.characters, ge=1, le=_MOST)
    limit_variable_depth: int = Field(default=_HOUSE.variable_depth, ge=1, le=_DEEPEST)
    limit_variable_list: int = Field(default=_HOUSE.variable_list, ge=1, le=_MOST)
    limit_variable_values: int = Field(default=_HOUSE.variable_values, ge=1, le=_MOST)

    @property
    def limits(self) -> Limits:
        """How large an operation and its variables may be."""
        return Limits(
            depth=self.limit_depth,
            aliases=self.limit_aliases,
            directives=self.limit_directives,
            tokens=self.limit_tokens,
            fields=self.limit_fields,
            root_fields=self.limit_root_fields,
            cost=self.limit_cost,
            cost_mode=self.cost,
            operations=self.limit_operations,
            characters=self.limit_characters,
            variable_depth=self.limit_variable_depth,
            variable_list=self.limit_variable_list,
            variable_values=self.limit_variable_values,
        )
