"""Refusals: collects what is wrong with the fields of one request, so that a client learns all of it at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from domain.errors import DomainError


class RefusalsError(DomainError):
    """Several refusals of one request; nothing was changed. `refusals` holds them in the order of the checks."""

    def __init__(self, refusals: list[DomainError]) -> None:
        super().__init__(" ".join(refusal.message for refusal in refusals), field=refusals[0].field)
        self.refusals = refusals


class Each:
    """Runs the checks of a request: a refusal in a `with` block of it is kept, and the next check runs."""

    __slots__ = ("refusals",)

    def __init__(self) -> None:
        self.refusals: list[DomainError] = []

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, _type: type[BaseException] | None, raised: BaseException | None, _at: TracebackType | None
    ) -> bool:
        if not isinstance(raised, DomainError):
            return False
        self.refusals = together(*self.refusals, raised)
        return True


@contextmanager
def all_at_once() -> Iterator[Each]:
    """Raise the refusals of all checks in the block together: a single one as it is, several as a RefusalsError.

    A value is safe to use only behind the block, or where `refusals` is still empty. A refusal outside of `with each`
    ends the block, and joins those before it.
    """
    each = Each()
    try:
        yield each
    except DomainError as last:
        each.refusals = together(*each.refusals, last)
    refuse(each.refusals)


def refuse(refusals: list[DomainError]) -> None:
    """Raise the refusals, if there are any: a single one as it is, several as a RefusalsError."""
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise RefusalsError(refusals)


def together(*raised: DomainError) -> list[DomainError]:
    """Return every single refusal in order, equal ones once."""
    told: dict[tuple[type[DomainError], str | None, str], DomainError] = {}
    for error in raised:
        for each in error.refusals if isinstance(error, RefusalsError) else [error]:
            told.setdefault((type(each), each.field, each.message), each)
    return list(told.values())
