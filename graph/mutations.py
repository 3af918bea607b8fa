"""The word `mutated_by`: one input, one payload, expected refusals as data."""

import inspect
from collections.abc import Callable
from dataclasses import make_dataclass
from typing import Annotated, Any, Optional

import strawberry
from strawberry.types.base import get_object_definition

from domain.errors import DomainError, InvalidInputError, NotFoundError
from graph.arguments import check_ids, id_prefixes
from graph.costs import MUTATION_WEIGHT, cost
from graph.declarations import Declaration
from graph.directives import Rules, listed, public
from graph.errors import ERROR_TYPES, Refusal
from graph.fields import ROOT_AND_INFO, Info, attribute, resolver_field

ALWAYS: tuple[type[DomainError], ...] = (InvalidInputError, NotFoundError)
"""The refusals that every mutation may answer with."""


def mutated_by(
    function: Callable[..., Any],
    *,
    input: type[Any] | None,
    gives: dict[str, tuple[Any, str]],
    refuses: tuple[type[DomainError], ...] = (),
    rule: Rules,
    description: str,
    weight: int = MUTATION_WEIGHT,
) -> Any:
    """Declare a mutation named like its resolver `function(context, *, fields of the input...)`.

    `gives` names what the payload carries beside `userErrors`, with type and description: one thing is the
    resolver's result itself, several are attributes of it. A DomainError among `refuses` becomes a member of the
    payload's union; nothing is stored then. `weight` is what it counts beside what it answers with.
    """
    title = "".join(part.title() for part in function.__name__.split("_"))
    expected = ALWAYS + refuses
    payload = _payload(title, gives, expected)
    names, prefixes = _inputs(function, input)
    make = make_dataclass(f"{title}Result", [*gives, "user_errors"], slots=True)
    single = len(gives) == 1

    async def body(root: Any, info: Info, **arguments: Any) -> Any:  # noqa: ARG001 - Strawberry's signature
        sent = arguments.get("input")
        values = {n: v for n in names if (v := getattr(sent, n)) is not strawberry.UNSET}
        check_ids(prefixes, values)
        try:
            result = await function(info.context, **values)
        except expected as refusal:
            return make(*[None] * len(gives), [Refusal(refusal)])
        return make(*([result] if single else [getattr(result, name) for name in gives]), [])

    return resolver_field(
        body,
        _signature(input),
        Declaration(word="mutated", function=function, id_arguments=prefixes, refuses=expected),
        name=function.__name__,
        returns=Optional[payload],  # noqa: UP045 - a value, not an annotation
        description=description,
        directives=[*listed(rule), cost(weight)],
    )


def _payload(
    title: str, gives: dict[str, tuple[Any, str]], expected: tuple[type[DomainError], ...]
) -> type[Any]:
    members = _union(tuple(ERROR_TYPES[error] for error in expected))
    union: Any = Annotated[
        members,
        strawberry.union(f"{title}Error", description=f"Why {title} may be refused."),
    ]
    fields = {name: attribute(told + " Null where it was refused.") for name, (_, told) in gives.items()}
    fields["user_errors"] = attribute("Why it was refused; empty on success.", at_most=10)
    hints: dict[str, Any] = {name: Optional[kind] for name, (kind, _) in gives.items()}  # noqa: UP045
    hints["user_errors"] = list[union]
    made = type(f"{title}Payload", (), {"__annotations__": hints, **fields})
    return strawberry.type(made, description=f"What {title} answers with.", directives=[public()])


def _union(members: tuple[type[Any], ...]) -> Any:
    union: Any = members[0]
    for member in members[1:]:
        union = union | member
    return union


def _inputs(function: Callable[..., Any], input: type[Any] | None) -> tuple[list[str], dict[str, str]]:
    """Return the fields of the input, which are the resolver's arguments, and the prefixes of its ids."""
    wanted = list(inspect.signature(function).parameters)[1:]
    definition = get_object_definition(input) if input else None
    fields = {f.python_name: f for f in definition.fields} if definition else {}
    if difference := set(wanted) ^ set(fields):
        raise TypeError(f"{function.__name__}: its arguments and its input differ in {sorted(difference)}")
    parameters = inspect.signature(function, eval_str=True).parameters
    return wanted, id_prefixes({name: parameters[name].annotation for name in wanted})


def _signature(input: type[Any] | None) -> inspect.Signature:
    parameters = list(ROOT_AND_INFO)
    if input is not None:
        told: Any = Annotated[input, strawberry.argument(description="What to do it with.")]
        parameters.append(
            inspect.Parameter("input", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=told)
        )
    return inspect.Signature(parameters)
