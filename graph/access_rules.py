"""Access rules: the rules of every coordinate, and which coordinates of a document they refuse to a caller."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLResolveInfo, GraphQLSchema

from domain.accounts.users import Viewer
from graph.access_errors import access_error
from graph.declarations import directives_of
from graph.directives import Auth, NoKeys, Owner, Public, RequiresScopes, Reveal, Rule
from resolvers.context import Context

_RULES = (Public, Auth, Owner, Reveal)
_NO_KEYS = NoKeys()

Rules = dict[str, tuple[Rule, ...]]
"""The rules of every coordinate (`Type.field`): its own, else those of its type.

The scopes that it requires of an API key are among them, and are inherited separately.
"""


class UnruledError(Exception):
    """A coordinate has no rule; the gateway does not start."""


class NarrowingInterfaceError(Exception):
    """A field of an interface has a rule that an implementation does not have; the gateway does not start."""


def rules_of(schema: GraphQLSchema) -> Rules:
    """Read the rules of every field from its directives; raises UnruledError for coordinates without one.

    Query, Mutation and Subscription have no rule of their type, so each root field needs its own. A field that is
    selected through an interface is judged by the rules of what the object is. Therefore a rule of the interface's own
    has to be a rule of every implementation; raises NarrowingInterfaceError where one lacks it.
    """
    rules: Rules = {}
    for type_ in schema.type_map.values():
        if type_.name.startswith("__") or not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            continue
        for name, field in type_.fields.items():
            own = _declared(field, _RULES) or _declared(type_, _RULES)
            rules[f"{type_.name}.{name}"] = own and (*own, *_key_rules(own, field, type_))
    if unruled := sorted(coordinate for coordinate, own in rules.items() if not own):
        raise UnruledError(
            f"No rule for {', '.join(unruled)}: access is denied by default, so declare who may read them."
        )
    _check_interfaces(schema, rules)
    return rules


def _check_interfaces(schema: GraphQLSchema, rules: Rules) -> None:
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInterfaceType) and not type_.name.startswith("__"):
            for name in type_.fields:
                own = [rule for rule in rules[f"{type_.name}.{name}"] if not isinstance(rule, Public)]
                for object_ in schema.get_possible_types(type_):
                    if any(rule not in rules[f"{object_.name}.{name}"] for rule in own):
                        raise NarrowingInterfaceError(
                            f"{type_.name}.{name} has a rule that {object_.name}.{name} lacks: give both the same one."
                        )


def bind_rules(schema: GraphQLSchema) -> None:
    """Wrap the resolver of every field that is not public, so that it raises where the operation is refused."""
    rules = rules_of(schema)
    for coordinate in rules:
        type_name, field_name = coordinate.split(".")
        parent = schema.type_map[type_name]
        is_public = all(isinstance(rule, Public) for rule in rules[coordinate])
        if isinstance(parent, GraphQLObjectType) and not is_public:
            field = parent.fields[field_name]
            if field.subscribe is not None:
                field.subscribe = _guarded(coordinate, field.subscribe)
            else:
                field.resolve = _guarded(coordinate, field.resolve)


def refusals(
    rules: Rules, coordinates: Mapping[str, tuple[str, ...]], viewer: Viewer | None
) -> dict[str, str]:
    """Return the refused coordinates of those that a document selects, each with its error code.

    For a field that is selected through an interface, `coordinates` names the same field of every type that the object
    may have there. Each is judged by its own rules, so that a field of one type never narrows that of another.
    """
    refused: dict[str, str] = {}
    for selected, possible in coordinates.items():
        for coordinate in (selected, *possible):
            for rule in rules.get(coordinate, ()):
                if code := rule.refusal(viewer):
                    refused[coordinate] = code
    return refused


def _declared(core: Any, kinds: tuple[type[Any], ...]) -> tuple[Rule, ...]:
    return tuple(directives_of(core, *kinds))


def _key_rules(own: tuple[Rule, ...], field: Any, type_: Any) -> tuple[Rule, ...]:
    """Return the rules for API keys: the scopes of the field, else of its type; none where the field is public."""
    scopes = _declared(field, (RequiresScopes,)) or _declared(type_, (RequiresScopes,))
    if scopes or all(isinstance(rule, Public) for rule in own):
        return scopes
    return (_NO_KEYS,)


def _guarded(coordinate: str, resolve: Any) -> Any:
    def resolve_if_allowed(root: Any, info: "GraphQLResolveInfo[Context]", **arguments: Any) -> Any:
        code = info.context.refused.get(coordinate)
        if code is not None:
            raise access_error(coordinate, code)
        return resolve(root, info, **arguments)

    return resolve_if_allowed
