"""Mutation declarations: mutated_by makes a mutation with one input, one payload, and expected refusals as data."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import make_dataclass
from typing import Annotated, Any, Optional

import strawberry
from strawberry.types.base import get_object_definition

from domain.errors import DomainError, InvalidInputError, NotFoundError
from domain.refusals import RefusalsError, refuse, together
from graph.arguments import camel_case, id_prefixes, malformed_ids
from graph.costs import MUTATION_WEIGHT, USUAL_LENGTH, cost
from graph.declarations import Declaration
from graph.directives import Rules, listed, public
from graph.errors import ERROR_TYPES, Refusal
from graph.fields import ROOT_AND_INFO, Info, attribute, resolver_field
from resolvers.repetition import repeated

Gives = Mapping[str, tuple[Any, str] | tuple[Any, str, int]]
"""The fields of a payload: type, description, and the maximum of a list."""

MOST_REFUSALS = 100
"""How many refusals a payload names; the first ones of an input that has more."""
ALWAYS: tuple[type[DomainError], ...] = (InvalidInputError, NotFoundError)
"""The refusals that the payload of every mutation may hold."""


def _no_refusal(_result: Any) -> DomainError | None:
    return None


def mutated_by(
    function: Callable[..., Any],
    *,
    input: type[Any] | None,
    gives: Gives,
    refuses: tuple[type[DomainError], ...] = (),
    refusal_in: Callable[[Any], DomainError | None] = _no_refusal,
    also: dict[str, tuple[Any, Any]] | None = None,
    rule: Rules,
    description: str,
    weight: int = MUTATION_WEIGHT,
) -> Any:
    """Declare a mutation named like its resolver `function(context, *, fields of the input...)`.

    `gives` names the fields of the payload beside `userErrors`, with type and description: one field is the resolver's
    result itself, several are attributes of it. A DomainError among `refuses` becomes a member of the payload's union,
    and several at once become several; nothing is stored then. Malformed ids are refused with them: the resolver is
    called with stores that refuse every call, so that it only checks the other fields.
    `refusal_in` finds one in a result that is answered beside it, like the report of an import.
    `also` names fields that are resolved from the payload once the change is committed, with type and declaration: they
    cost a statement only where they are asked for. `weight` is the cost of the mutation without that of its payload.
    """
    expected = ALWAYS + refuses
    caught: tuple[type[DomainError], ...] = (RefusalsError, *expected)
    name = camel_case(function.__name__)
    title = name[0].upper() + name[1:]
    payload = _payload(name, title, gives, also or {}, expected)
    names, prefixes = _inputs(function, input)
    make = make_dataclass(f"{title}Result", [*gives, "user_errors"], slots=True)
    single = len(gives) == 1

    async def body(root: Any, info: Info, **arguments: Any) -> Any:  # noqa: ARG001 - Strawberry's signature
        sent = arguments.get("input")
        values = {n: v for n in names if (v := getattr(sent, n)) is not strawberry.UNSET}
        malformed = malformed_ids(prefixes, values) if prefixes else []
        context = info.context.refusing(malformed) if malformed else info.context
        try:
            result = await repeated(function, context, values)
            refuse(malformed)
        except caught as raised:
            info.context.forget()
            refusals = _told(together(*malformed, raised), expected)
            return make(*[None] * len(gives), refusals)
        refused = refusal_in(result)
        given = [result] if single else [getattr(result, name) for name in gives]
        return make(*given, [] if refused is None else [Refusal(refused)])

    return resolver_field(
        body,
        _signature(input),
        Declaration(word="mutated", function=function, id_arguments=prefixes, refuses=expected),
        name=function.__name__,
        returns=Optional[payload],  # noqa: UP045 - a value, not an annotation
        description=description,
        directives=[*listed(rule), cost(weight)],
    )


def _told(refusals: list[DomainError], expected: tuple[type[DomainError], ...]) -> list[Refusal]:
    """Return the refusals as values; raises one that the payload's union has no member for."""
    for refusal in refusals:
        if not isinstance(refusal, expected):
            raise refusal
    return [Refusal(refusal) for refusal in refusals[:MOST_REFUSALS]]


def _payload(
    mutation: str,
    title: str,
    gives: Gives,
    also: dict[str, tuple[Any, Any]],
    expected: tuple[type[DomainError], ...],
) -> type[Any]:
    members = _union(tuple(ERROR_TYPES[error] for error in expected))
    union: Any = Annotated[
        members,
        strawberry.union(f"{title}Error", description=f"Why {mutation} may be refused."),
    ]
    fields = {
        name: attribute(description + " Null if the mutation was refused.", at_most=next(iter(most), None))
        for name, (_, description, *most) in gives.items()
    }
    fields["user_errors"] = attribute(
        "Why the mutation was refused, with an entry for each fault; empty on success.",
        at_most=MOST_REFUSALS,
        usual=USUAL_LENGTH,
    )
    fields |= {name: field for name, (_, field) in also.items()}
    hints: dict[str, Any] = {name: Optional[kind] for name, (kind, *_) in {**gives, **also}.items()}  # noqa: UP045
    hints["user_errors"] = list[union]
    made = type(f"{title}Payload", (), {"__annotations__": hints, **fields})
    return strawberry.type(made, description=f"The result of {mutation}.", directives=[public()])


def _union(members: tuple[type[Any], ...]) -> Any:
    union: Any = members[0]
    for member in members[1:]:
        union = union | member
    return union


def _inputs(function: Callable[..., Any], input: type[Any] | None) -> tuple[list[str], dict[str, str]]:
    """Return the names of the input's fields, which are the resolver's arguments, and the prefixes of its ids."""
    names = list(inspect.signature(function).parameters)[1:]
    definition = get_object_definition(input) if input else None
    fields = {f.python_name: f for f in definition.fields} if definition else {}
    if difference := set(names) ^ set(fields):
        raise TypeError(f"{function.__name__}: its arguments and its input differ in {sorted(difference)}")
    parameters = inspect.signature(function, eval_str=True).parameters
    return names, id_prefixes({name: parameters[name].annotation for name in names})


def _signature(input: type[Any] | None) -> inspect.Signature:
    parameters = list(ROOT_AND_INFO)
    if input is not None:
        annotation: Any = Annotated[input, strawberry.argument(description="The input of the mutation.")]
        parameters.append(
            inspect.Parameter("input", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=annotation)
        )
    return inspect.Signature(parameters)
