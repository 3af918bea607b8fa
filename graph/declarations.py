"""What the engine knows of a field: which of the five words declared it, and what stands behind it."""

from collections.abc import Callable
from typing import Any

from domain.entities import entity
from domain.errors import DomainError
from resolvers.batches import Batch

METADATA_KEY = "questpath"


@entity
class Declaration:
    """How a field is answered.

    `word` is attribute, batch, resolved, mutated or streamed. `function` is the resolver, `batch` and `key` the
    batch and the attribute of the parent that holds its key, `id_arguments` the prefix of each argument (or
    input field) that is an identifier. `is_certain` says that whoever sees the parent sees what its key names.
    """

    word: str
    function: Callable[..., Any] | None = None
    batch: Batch | None = None
    key: str | None = None
    pick: str | None = None
    is_certain: bool = False
    id_arguments: dict[str, str] | None = None
    refuses: tuple[type[DomainError], ...] = ()
