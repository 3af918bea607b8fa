"""Usage: what an operation selects, small enough to be counted long after its document was forgotten."""

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema


class Usage:
    """The name and kind of an operation, and the coordinates of its fields, once it has been surveyed."""

    __slots__ = ("coordinates", "kind", "name")

    def __init__(self, name: str | None, kind: str) -> None:
        self.name = name
        self.kind = kind
        self.coordinates: tuple[str, ...] = ()


def deprecated_in(schema: GraphQLSchema) -> frozenset[str]:
    """Return the coordinates of the fields that are deprecated."""
    return frozenset(
        f"{type_.name}.{name}"
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
        for name, field in type_.fields.items()
        if field.deprecation_reason is not None
    )
