"""Operation usage: the name and coordinates of an operation, small enough to outlive its cached document."""

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema


class Usage:
    """The name and kind of an operation, and the coordinates of its fields, set when its first request is accepted."""

    __slots__ = ("coordinates", "kind", "name")

    def __init__(self, name: str | None, kind: str) -> None:
        self.name = name
        self.kind = kind
        self.coordinates: tuple[str, ...] = ()


def coordinates_in(schema: GraphQLSchema, *, deprecated_only: bool = False) -> frozenset[str]:
    """Return the coordinates of all fields, or of the deprecated ones."""
    return frozenset(
        f"{type_.name}.{name}"
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not type_.name.startswith("__")
        for name, field in type_.fields.items()
        if field.deprecation_reason is not None or not deprecated_only
    )
