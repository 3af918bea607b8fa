"""Settings of the limits on documents and variables, and of deadlines."""

from pydantic import Field
from pydantic_settings import BaseSettings

from graph.documents.limits import CostMode, Limits

_DEFAULT = Limits()
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
    """How large an operation may be, and how long it may take."""

    deadline_s: float = Field(default=10.0, gt=0, le=120)
    """Seconds after which an operation is cancelled."""
    statement_deadline_s: float = Field(default=5.0, gt=0, le=120)
    """Seconds after which Postgres cancels a statement."""
    cost: CostMode = CostMode.ENFORCE
    """Whether an operation over the cost limit is refused, or run and measured."""
    limit_cost: int = Field(default=_DEFAULT.cost, ge=1, le=_MOST)
    limit_depth: int = Field(default=_DEFAULT.depth, ge=1, le=_DEEPEST)
    limit_aliases: int = Field(default=_DEFAULT.aliases, ge=0, le=_MOST)
    limit_directives: int = Field(default=_DEFAULT.directives, ge=0, le=_MOST)
    limit_tokens: int = Field(default=_DEFAULT.tokens, ge=1, le=_MOST)
    limit_fields: int = Field(default=_DEFAULT.fields, ge=1, le=_MOST)
    limit_root_fields: int = Field(default=_DEFAULT.root_fields, ge=1, le=_MOST)
    limit_operations: int = Field(default=_DEFAULT.operations, ge=1, le=_MOST)
    limit_characters: int = Field(default=_DEFAULT.characters, ge=1, le=_MOST)
    limit_variable_depth: int = Field(default=_DEFAULT.variable_depth, ge=1, le=_DEEPEST)
    limit_variable_list: int = Field(default=_DEFAULT.variable_list, ge=1, le=_MOST)
    limit_variable_values: int = Field(default=_DEFAULT.variable_values, ge=1, le=_MOST)

    @property
    def limits(self) -> Limits:
        """The limits on operations and their variables."""
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
