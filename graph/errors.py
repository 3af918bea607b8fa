"""User errors: the interface UserError, and a type of the schema for each domain error."""

from typing import Any

import strawberry

from domain import errors
from domain.errors import DomainError
from graph.directives import public
from graph.fields import attribute


@strawberry.interface(
    description="A refusal that a client can act on; its type and its `code` say which.",
    directives=[public()],
)
class UserError:
    """The fields of every refusal."""

    message: str = attribute("A sentence for people that says what to do next.")
    code: str = attribute("A stable name for programs, like `VERSION_CONFLICT`.")
    field: str | None = attribute("The input field that caused it, or null.")


class Refusal:
    """A domain error as a value: graphql-core would report an exception in a payload as an error of its field."""

    __slots__ = ("error",)

    def __init__(self, error: DomainError) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        return getattr(self.error, name)


ERROR_TYPES: dict[type[DomainError], type[Any]] = {}
"""The schema's type of each domain error that a payload may hold."""


def declare_error(error: type[DomainError], description: str, base: type[Any] = UserError) -> type[Any]:
    """Declare the schema's type of `error`, named after it without its suffix.

    `base` is a subclass of UserError that adds fields, for an error with more than message and code.
    """
    name = error.__name__.removesuffix("Error")
    made: Any = type(name, (base,), {"__annotations__": {}})
    made = strawberry.type(made, name=name, description=description, directives=[public()])
    made.__strawberry_definition__.is_type_of = lambda value, _info: type(value.error) is error
    ERROR_TYPES[error] = made
    declared: type[Any] = made
    return declared


declare_error(errors.InvalidInputError, "A value breaks a rule of its field, which `field` names.")
declare_error(errors.NotFoundError, "There is no such object for this caller.")
declare_error(errors.ForbiddenError, "The caller's roles do not allow the action.")
declare_error(
    errors.IdempotencyKeyReusedError,
    "The idempotency key was used with other input before; use a new key for a new request.",
)
