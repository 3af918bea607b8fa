"""The table of rules by coordinate, read from the objects that the SDL prints, and the judgement of documents."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError, GraphQLInterfaceType, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema

from domain.users import Viewer
from graph.directives import Auth, NoKeys, Owner, Public, RequiresScopes, Reveal, Rule
from resolvers.context import Context

_RULES = (Public, Auth, Owner, Reveal)
_NO_KEYS = NoKeys()
SENTENCES = {
    "UNAUTHENTICATED": "Sign in and send an access token to read {}.",
    "FORBIDDEN": "Your roles, or the scopes of your API key, do not reach {}.",
}

Rules = dict[str, tuple[Rule, ...]]
"""Every coordinate (`Type.field`) with the rules that hold there: its own, else those of its type.

The scopes that it asks an API key for stand beside them, and are inherited apart from them.
"""


class UnruledError(Exception):
    """A coordinate has no rule; the gateway does not start."""


def rules_of(schema: GraphQLSchema) -> Rules:
    """Read the rules of every field; raises UnruledError that names the coordinates without one.

    A field of an interface has its own and those of every implementation, so that the strictest decides.

    Query, Mutation and Subscription have no rule of their type, so each root field needs its own.
    """
    rules: Rules = {}
    for type_ in schema.type_map.values():
        if type_.name.startswith("__") or not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            continue
        for name, field in type_.fields.items():
            own = _declared(field, _RULES) or _declared(type_, _RULES)
            rules[f"{type_.name}.{name}"] = own and (*own, *_of_keys(own, field, type_))
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInterfaceType) and not type_.name.startswith("__"):
            for name in type_.fields:
                inner = [rules[f"{object_.name}.{name}"] for object_ in schema.get_possible_types(type_)]
                rules[f"{type_.name}.{name}"] += tuple(rule for found in inner for rule in found)
    if unruled := sorted(coordinate for coordinate, found in rules.items() if not found):
        raise UnruledError(
            f"No rule for {', '.join(unruled)}: default is deny, so declare who may read them."
        )
    return rules


def bind_rules(schema: GraphQLSchema) -> None:
    """Make every field that not everyone may read look at the judgement before it resolves."""
    rules = rules_of(schema)
    for coordinate in rules:
        type_name, field_name = coordinate.split(".")
        parent = schema.type_map[type_name]
        if isinstance(parent, GraphQLObjectType) and not _is_public(rules, parent, field_name):
            field = parent.fields[field_name]
            if field.subscribe is not None:
                field.subscribe = _guarded(coordinate, field.subscribe)
            else:
                field.resolve = _guarded(coordinate, field.resolve)


def refusals(
    rules: Rules, coordinates: Mapping[str, tuple[str, ...]], viewer: Viewer | None
) -> dict[str, str]:
    """Judge the coordinates that a document selects: those refused, each with its code.

    `coordinates` names, for a field that is selected through an interface, the same field of every implementation:
    those are refused with it.
    """
    refused: dict[str, str] = {}
    for coordinate, implementations in coordinates.items():
        for rule in rules.get(coordinate, ()):
            if code := rule.refusal(viewer):
                refused |= dict.fromkeys((coordinate, *implementations), code)
    return refused


def refusal_error(coordinate: str, code: str) -> GraphQLError:
    """Make the error for a refused coordinate."""
    return GraphQLError(
        SENTENCES[code].format(coordinate), extensions={"code": code, "coordinate": coordinate}
    )


def _is_public(rules: Rules, type_: GraphQLObjectType, field: str) -> bool:
    """Tell whether everyone may read the field, also where it is selected through an interface."""
    ways = [type_.name, *(interface.name for interface in type_.interfaces if field in interface.fields)]
    return all(isinstance(rule, Public) for way in ways for rule in rules[f"{way}.{field}"])


def _declared(thing: Any, kinds: tuple[type[Any], ...]) -> tuple[Rule, ...]:
    definition = (thing.extensions or {}).get("strawberry-definition")
    return tuple(d for d in getattr(definition, "directives", ()) or () if isinstance(d, kinds))


def _of_keys(own: tuple[Rule, ...], field: Any, type_: Any) -> tuple[Rule, ...]:
    """Return what binds API keys: the scopes of the field, else of its type, else nothing where all is public."""
    scopes = _declared(field, (RequiresScopes,)) or _declared(type_, (RequiresScopes,))
    if scopes or all(isinstance(rule, Public) for rule in own):
        return scopes
    return (_NO_KEYS,)


def _guarded(coordinate: str, resolve: Any) -> Any:
    def judged(root: Any, info: "GraphQLResolveInfo[Context]", **arguments: Any) -> Any:
        code = info.context.refused.get(coordinate)
        if code is not None:
            raise refusal_error(coordinate, code)
        return resolve(root, info, **arguments)

    return judged
