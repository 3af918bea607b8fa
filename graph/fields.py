"""Field declarations: attribute, loaded_by, resolved_by and streamed_by (mutated_by is in graph/mutations.py).

Each takes a description for clients and, where the type's rule is not the right one, a rule. The resolver body of every
relation is generated here, so that the engine can call its batch once per level.
"""

import inspect
import re
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any

import strawberry
from graphql import GraphQLError
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from domain.errors import DomainError
from graph.arguments import PAGING, arguments_of, id_prefixes, read_arguments, takes_parent
from graph.costs import cost, sizes
from graph.declarations import METADATA_KEY, Declaration, Finder, Lookahead
from graph.directives import Rules, listed
from resolvers.batches import Batch
from resolvers.context import Context
from resolvers.live.listeners import event_id_of, events_of, takes_listener

Info = strawberry.Info[Context, None]
_NUMBER = re.compile(r"\d+(?: \d{3})*")

ROOT_AND_INFO = [
    inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Any),
    inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info),
]
"""The parameters that Strawberry passes to every generated body before the arguments."""


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

    `at_most` is the maximum length of a list, which is added to its description; `usual` is the length that its cost
    is computed with (default: ten, or the maximum if that is less). A `personal` value depends on the caller.
    """
    return _field(
        Declaration(word="attribute", personal=personal),
        description=_with_maximum(description, at_most),
        directives=_directives(rule, at_most, usual),
        graphql_name=name,
        deprecation_reason=deprecated,
    )


def given(description: str, *, default: Any = strawberry.UNSET, required: bool = False) -> Any:
    """Declare a field of an input; one that is not required may be omitted."""
    return (
        strawberry.field(description=description)
        if required
        else strawberry.field(description=description, default=default)
    )


def arg(kind: Any, description: str, *, name: str | None = None, weight: int | None = None) -> Any:
    """Declare an argument whose type or `name` differs from the resolver's, or that adds a `weight` to the cost."""
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

    The field is null where the key is None. `pick` names the attribute of the loaded object that is the field's value,
    where that is not the object itself. `args` describes the arguments that the batch takes after its keys; they are
    the same for all parents of one call. `is_certain` promises that the database keeps the object as long as the
    parent, and that every caller who sees the parent may see it: the engine then calls no batch for the key alone.
    """
    signature, prefixes = _signature(batch.load, args or {})

    async def body(root: Any, info: Info, **sent: Any) -> Any:
        arguments = read_arguments(sent, signature, prefixes)
        value = getattr(root, key)
        loaded = None if value is None else await info.context.load(batch, value, **arguments)
        return loaded if pick is None or loaded is None else getattr(loaded, pick)

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
    lookahead: dict[str, Lookahead] | None = None,
    found_by: Finder | None = None,
) -> Any:
    """Declare a field with I/O of its own, resolved by `function([parent,] context, *, arguments...)`.

    Where the argument that `found_by` names is given, its batch loads the object and the function is not called.
    The parameters in `lookahead` are no arguments: they depend on the selection below the field. The reference engine
    leaves them at their defaults, with which the function has to read everything.
    """
    signature, prefixes = _signature(function, args or {}, without=lookahead or ())
    has_parent = takes_parent(function)

    async def body(root: Any, info: Info, **sent: Any) -> Any:
        arguments = read_arguments(sent, signature, prefixes)
        if found_by is not None:
            return await found_by.answer(function, info.context, arguments)
        if has_parent:
            return await function(root, info.context, **arguments)
        return await function(info.context, **arguments)

    return resolver_field(
        body,
        signature,
        Declaration(
            word="resolved", function=function, lookahead=lookahead, found_by=found_by, id_arguments=prefixes
        ),
        name=function.__name__,
        description=_with_maximum(description, at_most),
        directives=_directives(rule, at_most, usual, signature),
    )


def streamed_by(
    function: Callable[..., Any], *, description: str, rule: Rules, args: dict[str, Any] | None = None
) -> Any:
    """Declare a subscription.

    `function(context, listener, *, arguments...)` adds a listener to a stream and returns its first event (see
    resolvers.live.listeners). Its subscribers need no task each; if nothing in their selection depends on the caller,
    they share the execution of every event. Or `function(context, *, arguments...)` is an async generator, which a
    task of each subscriber reads.
    """
    signature, prefixes = _signature(function, args or {})
    joins_listeners = takes_listener(function)
    generate: Callable[..., Any] = partial(events_of, function) if joins_listeners else function

    async def body(root: Any, info: Info, **sent: Any) -> AsyncIterator[Any]:  # noqa: ARG001 - Strawberry's signature
        try:
            arguments = read_arguments(sent, signature, prefixes)
            async with aclosing(generate(info.context, **arguments)) as events:
                async for event in events:
                    info.context.forget()
                    info.context.last_event_id = event_id_of(event)
                    yield event
        except DomainError as refusal:
            # graphql-core turns an exception of a field into an error, but not one of a stream.
            raise GraphQLError(refusal.message, original_error=refusal) from refusal

    return resolver_field(
        body,
        signature,
        Declaration(
            word="streamed", function=function, joins_listeners=joins_listeners, id_arguments=prefixes
        ),
        name=function.__name__,
        description=description,
        directives=listed(rule),
        is_subscription=True,
    )


def _signature(
    function: Callable[..., Any], args: dict[str, Any], *, without: Collection[str] = ()
) -> tuple[inspect.Signature, dict[str, str]]:
    """Return the field's signature, made of the resolver's arguments and descriptions, and the prefixes of its ids."""
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


def _annotated(annotation: Any, argument: Any) -> Any:
    if isinstance(argument, str):
        return Annotated[annotation, strawberry.argument(description=argument)]
    return argument


def _directives(
    rule: Rules | None, at_most: int | None, usual: int | None, signature: inspect.Signature | None = None
) -> list[object]:
    return [*listed(rule), *sizes(at_most, usual, signature.parameters if signature else {})]


def _with_maximum(description: str, at_most: int | None) -> str:
    """Add the maximum to a description that does not name it."""
    if at_most is None:
        return description
    maximum = f"{at_most:,}".replace(",", " ")
    return description if maximum in _NUMBER.findall(description) else f"{description} At most {maximum}."


def resolver_field(
    body: Callable[..., Any],
    signature: inspect.Signature,
    declaration: Declaration,
    *,
    name: str,
    returns: Any = inspect.Signature.empty,
    **options: Any,
) -> StrawberryField:
    """Make a field whose generated `body` shows the signature of its resolver to Strawberry."""
    body.__name__ = name
    body.__signature__ = signature.replace(return_annotation=returns)  # type: ignore[attr-defined]
    return _field(declaration, base_resolver=StrawberryResolver(body), **options)


def _field(declaration: Declaration, *, directives: Sequence[object] = (), **options: Any) -> StrawberryField:
    return StrawberryField(metadata={METADATA_KEY: declaration}, directives=list(directives), **options)
