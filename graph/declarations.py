"""Declarations: which of the five words declared a field, and what answers it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from graphql import GraphQLField
from strawberry.schema.schema_converter import GraphQLCoreConverter

from domain.entities import entity
from domain.errors import DomainError
from domain.unit_of_work import Meter
from resolvers.batches import Batch

METADATA_KEY = "questpath"
BACKREF = GraphQLCoreConverter.DEFINITION_BACKREF
T = TypeVar("T")


class ExecutionContext(Protocol):
    """What running an operation takes of its context; resolvers get the whole one."""

    @property
    def meter(self) -> Meter:
        """The counts of statements and batches, and the trace if the operation is traced."""

    async def load(self, batch: Batch, key: Any, **arguments: Any) -> Any:
        """Load one key through its batch."""

    def watched(self) -> AbstractContextManager[None]:
        """Return the block in which an event of a subscription is answered."""


@entity
class Lookahead:
    """A parameter of a resolver that depends on the selection below its field, so that it reads no more than needed.

    Its value is the largest value of `argument` among the selected fields named `field`, 0 without any; without an
    `argument`, it is whether the field is selected.
    """

    field: str
    argument: str | None = None


@entity
class Finder:
    """How a batch finds one object: its key is the value of an argument, or of an argument's field (`by.id`)."""

    batch: Batch
    argument: str

    def key(self, arguments: dict[str, Any]) -> Any:
        """Return the key, or None where the argument holds none and the field's function has to be called."""
        name, _, inner = self.argument.partition(".")
        value = getattr(arguments[name], inner) if inner else arguments[name]
        return value or None

    async def answer(
        self, function: Callable[..., Any], context: ExecutionContext, arguments: dict[str, Any]
    ) -> Any:
        """Load the object by its key, or call the function where no key is given."""
        key = self.key(arguments)
        return await (function(context, **arguments) if key is None else context.load(self.batch, key))


@entity
class Declaration:
    """How a field is resolved.

    `word` is attribute, batch, resolved, mutated or streamed. `function` is the resolver, `batch` and `key` are the
    batch and the parent's attribute with its key, `lookahead` the parameters of the function that depend on the
    selection below, `found_by` the batch that replaces the function where an argument holds a key, `id_arguments` the
    prefix of each argument (or input field) that is an identifier. A `personal` attribute depends on the caller.
    `joins_listeners`: the function of a stream lets a listener join it and returns the first event; otherwise it is an
    async generator. `is_certain`: the database keeps the object that the
    key names, and every caller who sees the parent may see it.
    """

    word: str
    function: Callable[..., Any] | None = None
    batch: Batch | None = None
    key: str | None = None
    pick: str | None = None
    is_certain: bool = False
    personal: bool = False
    joins_listeners: bool = False
    lookahead: "dict[str, Lookahead] | None" = None
    found_by: Finder | None = None
    id_arguments: dict[str, str] | None = None
    refuses: tuple[type[DomainError], ...] = ()


def definition_of(core: Any) -> Any:
    """Return Strawberry's definition of a type, field or argument of graphql-core; None where it made none."""
    return (core.extensions or {}).get(BACKREF)


def directives_of(core: Any, *kinds: type[T]) -> list[T]:
    """Return the directives of some kinds that a type, field or argument was declared with."""
    directives = getattr(definition_of(core), "directives", None)
    return [directive for directive in directives or () if isinstance(directive, kinds)]


def declaration_of(field: GraphQLField) -> Declaration | None:
    """Return the declaration of a field; None for one that none of the five words declared."""
    found: Declaration | None = (getattr(definition_of(field), "metadata", None) or {}).get(METADATA_KEY)
    return found
