"""The words that declare a field: attribute, loaded_by, resolved_by, streamed_by (mutated_by has its own room).

Each carries a description for clients and, where the type's own rule is not the right one, a rule. The body of
every relation is generated here, so that the engine may call the batch behind it once per level.
"""

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Sequence
from contextlib import aclosing
from typing import Annotated, Any

import strawberry
from graphql import GraphQLError
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from domain.errors import DomainError
from graph.arguments import PAGING, arguments_of, id_prefixes, read_arguments, takes_parent
from graph.costs import cost, sizes
from graph.declarations import METADATA_KEY, Declaration, Finder, Foresight
from graph.directives import Rules, listed
from resolvers.batches import Batch
from resolvers.context import Context
from resolvers.listening import mark_of

Info = strawberry.Info[Context, None]

ROOT_AND_INFO = [
    inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Any),
    inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info),
]
"""The parameters that Strawberry hands to every generated body before the arguments."""


def attribute(
    description: str,
    *,
    rule: Rules | None = None,
    at_most: int | None = None,
    usual: int | None = None,
    name: str | None = None,
    deprecated: str | None = None,
    personal: bool = False,
) -> Any:
    """Declare a field that is an attribute of the domain object.

    `at_most` is the maximum of a list, which its description tells; `usual` the length that its cost is reckoned
    with, the maximum or ten unless told. The value of a `personal` one depends on who asks.
    """
    return _field(
        Declaration(word="attribute", personal=personal),
        description=_with_maximum(description, at_most),
        directives=_directives(rule, at_most, usual),
        graphql_name=name,
        deprecation_reason=deprecated,
    )


def given(description: str, *, default: Any = strawberry.UNSET, required: bool = False) -> Any:
    """Declare a field of an input; one that is not required may be left out."""
    return (
        strawberry.field(description=description)
        if required
        else strawberry.field(description=description, default=default)
    )


def arg(kind: Any, description: str, *, name: str | None = None, weight: int | None = None) -> Any:
    """Declare an argument whose type, or `name`, is not the resolver's own, or that has a `weight` when given."""
    weights = [] if weight is None else [cost(weight)]
    return Annotated[kind, strawberry.argument(description=description, name=name, directives=weights)]


def loaded_by(
    batch: Batch,
    *,
    key: str,
    description: str,
    pick: str | None = None,
    is_certain: bool = False,
    rule: Rules | None = None,
    at_most: int | None = None,
    usual: int | None = None,
    args: dict[str, Any] | None = None,
) -> Any:
    """Declare a relation: `batch` loads it by the parent's attribute `key`, once for all parents of a level.

    A parent whose key is None has no relation. `pick` names the attribute of the loaded object that is the
    field's value, where that is not the object itself. `args` describes the arguments that the batch takes after
    its keys; they are the same for a whole group of parents. `is_certain` promises that the database keeps the object
    as long as the parent, and that whoever sees the parent sees it: where nothing but the key is read of it, the
    engine asks nobody.
    """
    signature, prefixes = _signature(batch.load, args or {})

    async def body(root: Any, info: Info, **sent: Any) -> Any:
        arguments = read_arguments(sent, signature, prefixes)
        value = getattr(root, key)
        found = None if value is None else await info.context.load(batch, value, **arguments)
        return found if pick is None or found is None else getattr(found, pick)

    return resolver_field(
        body,
        signature,
        Declaration(
            word="batch", batch=batch, key=key, pick=pick, is_certain=is_certain, id_arguments=prefixes
        ),
        name=batch.name,
        description=_with_maximum(description, at_most),
        directives=_directives(rule, at_most, usual, signature),
    )


def resolved_by(
    function: Callable[..., Any],
    *,
    description: str,
    rule: Rules | None = None,
    at_most: int | None = None,
    usual: int | None = None,
    args: dict[str, Any] | None = None,
    foresees: dict[str, Foresight] | None = None,
    finds: Finder | None = None,
) -> Any:
    """Declare a field with I/O of its own, answered by `function([parent,] context, *, arguments...)`.

    Where the argument that `finds` names is given, its batch answers and the function is not asked. The parameters
    in `foresees` are no arguments: they tell the function of the selection below. Where nothing is known of that
    they keep their defaults, with which the function has to read all.
    """
    signature, prefixes = _signature(function, args or {}, without=foresees or ())
    wants_parent = takes_parent(function)

    async def body(root: Any, info: Info, **sent: Any) -> Any:
        arguments = read_arguments(sent, signature, prefixes)
        if finds is not None:
            return await finds.answer(function, info.context, arguments)
        if wants_parent:
            return await function(root, info.context, **arguments)
        return await function(info.context, **arguments)

    return resolver_field(
        body,
        signature,
        Declaration(
            word="resolved", function=function, foresees=foresees, finds=finds, id_arguments=prefixes
        ),
        name=function.__name__,
        description=_with_maximum(description, at_most),
        directives=_directives(rule, at_most, usual, signature),
    )


def streamed_by(
    function: Callable[..., AsyncGenerator[Any, None]],
    *,
    description: str,
    rule: Rules,
    args: dict[str, Any] | None = None,
    shared: Callable[..., Any] | None = None,
) -> Any:
    """Declare a subscription, answered by the async generator `function(context, *, arguments...)`.

    `shared(context, listener, *, arguments...)` is the same stream, told to many (see resolvers.listening). Those whose
    selection holds nothing that depends on who asks join it as nobody, and share every event.
    """
    signature, prefixes = _signature(function, args or {})

    async def body(root: Any, info: Info, **sent: Any) -> AsyncIterator[Any]:  # noqa: ARG001 - Strawberry's signature
        try:
            arguments = read_arguments(sent, signature, prefixes)
            async with aclosing(function(info.context, **arguments)) as events:
                async for event in events:
                    info.context.forget()
                    info.context.mark = mark_of(event)
                    yield event
        except DomainError as refusal:
            # graphql-core makes an error of what a field raises, but not of what a stream raises.
            raise GraphQLError(refusal.message, original_error=refusal) from refusal

    return resolver_field(
        body,
        signature,
        Declaration(word="streamed", function=function, shared=shared, id_arguments=prefixes),
        name=function.__name__,
        description=description,
        directives=listed(rule),
        is_subscription=True,
    )


def _signature(
    function: Callable[..., Any], args: dict[str, Any], *, without: Collection[str] = ()
) -> tuple[inspect.Signature, dict[str, str]]:
    """Derive the field's signature from the resolver's keyword-only parameters and their descriptions."""
    parameters = {name: p for name, p in arguments_of(function).items() if name not in without}
    args = args | (PAGING if "first" in parameters else {})
    if undescribed := parameters.keys() ^ args.keys():
        raise TypeError(f"{function.__name__}: describe exactly its arguments, {sorted(undescribed)} differ")
    declared = [
        parameter.replace(
            annotation=_annotated(parameter.annotation, args[name]),
            default=strawberry.UNSET if parameter.default is None else parameter.default,
        )
        for name, parameter in parameters.items()
    ]
    prefixes = id_prefixes({parameter.name: parameter.annotation for parameter in declared})
    return inspect.Signature([*ROOT_AND_INFO, *declared]), prefixes


def _annotated(annotation: Any, described: Any) -> Any:
    if isinstance(described, str):
        return Annotated[annotation, strawberry.argument(description=described)]
    return described


def _directives(
    rule: Rules | None, at_most: int | None, usual: int | None, signature: inspect.Signature | None = None
) -> list[object]:
    return [*listed(rule), *sizes(at_most, usual, signature.parameters if signature else {})]


def _with_maximum(description: str, at_most: int | None) -> str:
    return description if at_most is None else f"{description} At most {at_most}."


def resolver_field(
    body: Callable[..., Any],
    signature: inspect.Signature,
    declaration: Declaration,
    *,
    name: str,
    returns: Any = inspect.Signature.empty,
    **options: Any,
) -> StrawberryField:
    """Make a field whose generated `body` shows Strawberry the signature of what stands behind it."""
    body.__name__ = name
    body.__signature__ = signature.replace(return_annotation=returns)  # type: ignore[attr-defined]
    return _field(declaration, base_resolver=StrawberryResolver(body), **options)


def _field(declaration: Declaration, *, directives: Sequence[object] = (), **options: Any) -> StrawberryField:
    return StrawberryField(metadata={METADATA_KEY: declaration}, directives=list(directives), **options)
