"""Finding: fields whose object a batch finds by a key among the field's own arguments."""

from graphql import FieldNode, GraphQLField, ObjectValueNode, get_named_type, is_non_null_type

from graph.declarations import Declaration, Finder


def finder_of(declaration: Declaration | None, definition: GraphQLField, node: FieldNode) -> Finder | None:
    """Return how a batch finds the field's object, where the document shows that an argument gives its key."""
    if declaration is None or declaration.finds is None:
        return None
    name, _, inner = declaration.finds.argument.partition(".")
    given = next((argument.value for argument in node.arguments or () if argument.name.value == name), None)
    type_ = definition.args[name].type
    if not inner:
        return declaration.finds if is_non_null_type(type_) else None
    chosen = isinstance(given, ObjectValueNode) and [each.name.value for each in given.fields] == [inner]
    return declaration.finds if chosen and getattr(get_named_type(type_), "is_one_of", False) else None
