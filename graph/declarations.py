"""What the engine knows of a field: which of the five words declared it, and what stands behind it."""

from collections.abc import Callable
from typing import Any

from domain.entities import entity
from domain.errors import DomainError
from resolvers.batches import Batch
from resolvers.context import Context

METADATA_KEY = "questpath"


@entity
class Foresight:
    """What a resolver learns of the selection below its field, so that it reads no more than that.

    It is the largest value of `argument` that the fields named `field` ask for, 0 without any; without an
    `argument`, whether the field is selected.
    """

    field: str
    argument: str | None = None


@entity
class Finder:
    """How one object is found by a batch: its key is the value of an argument, or of a field of one (`by.id`)."""

    batch: Batch
    argument: str

    def key(self, arguments: dict[str, Any]) -> Any:
        """Read the key; None where the argument does not give any, and the field's function is asked."""
        name, _, inner = self.argument.partition(".")
        value = getattr(arguments[name], inner) if inner else arguments[name]
        return value or None

    async def answer(self, function: Callable[..., Any], context: Context, arguments: dict[str, Any]) -> Any:
        """Load the object by its key, or ask the function where no key is given."""
        key = self.key(arguments)
        return await (function(context, **arguments) if key is None else context.load(self.batch, key))


@entity
class Declaration:
    """How a field is answered.

    `word` is attribute, batch, resolved, mutated or streamed. `function` is the resolver, `batch` and `key` the
    batch and the attribute of the parent that holds its key, `foresees` the parameters of the function that tell
    of the selection below, `finds` the batch that answers in its place where an argument gives a key,
    `id_arguments` the prefix of each argument (or input field) that is an identifier.
    An attribute that is `personal` depends on who asks. `shared` lets a listener join a stream without a task of its
    own: `shared(context, listener, *, arguments...)` returns the first event; all anonymous ones get the same.
    `is_certain` says that whoever sees the parent sees what its key names, which the database keeps.
    """

    word: str
    function: Callable[..., Any] | None = None
    batch: Batch | None = None
    key: str | None = None
    pick: str | None = None
    is_certain: bool = False
    personal: bool = False
    shared: Callable[..., Any] | None = None
    foresees: "dict[str, Foresight] | None" = None
    finds: Finder | None = None
    id_arguments: dict[str, str] | None = None
    refuses: tuple[type[DomainError], ...] = ()
