"""Code generation: Python functions, one per plan part, that complete the values of a whole level at once.

Reading 1 000 objects of 8 fields through one generated comprehension takes a quarter of the time that a loop per field
takes. A function raises at a value that its type does not allow; the level is then completed value by value.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

from graphql import GraphQLScalarType, is_specified_scalar_type
from graphql.pyutils import Undefined

from graph.engine.plans import FieldPlan, SelectionSetPlan, Shape, Test
from graph.engine.row_encoder import is_unchecked, row_encoder

_IS_OWN_JSON = {
    "String": "type({first}) is str",
    "ID": "type({first}) is str",
    "Boolean": "type({first}) is bool",
    "Int": "type({first}) is int and -2147483648 <= {then} <= 2147483647",
    "Float": "type({first}) is float and {then} - {then} == 0.0",
}
"""Tests by built-in scalar for values that are written as they are; graphql-core's serialiser judges all others."""

NOT_OBJECTS = (type(None), Exception, type(Undefined))
"""What a resolver returns in place of an object: nothing, or an error."""


class UnexpectedValueError(Exception):
    """A value is not what its type promises; its level has to be completed value by value."""


def builder_of(selection: SelectionSetPlan) -> Callable[[list[Any]], list[dict[str, Any]]]:
    """Return the function that makes the response objects of a level; generate it where that was not done yet."""
    build = selection.build = selection.build or response_builder(selection)
    return build


def column_of(field: FieldPlan) -> Callable[[list[Any]], list[Any]]:
    """Return the function that completes the values of a field; generate it where that was not done yet."""
    complete = field.column = field.column or column(field.shape)
    return complete


def response_builder(selection: SelectionSetPlan) -> Callable[[list[Any]], list[dict[str, Any]]]:
    """Generate the function that makes the response objects of a level from its objects."""
    source = _Source()
    return source.function(f"[{source.display(selection, 'o')} for o in values]")


def column(shape: Shape) -> Callable[[list[Any]], list[Any]]:
    """Generate the function that completes the values of one field of a level."""
    source = _Source()
    return source.function(f"[{source.value(shape, 'x')} for x in values]")


class _Source:
    """The text of one function, and the objects that it names.

    Of a client's text it holds response keys only, whose grammar is that of GraphQL names.
    """

    def __init__(self) -> None:
        self._names: dict[str, Any] = {
            "unexpected": _unexpected,
            "not_objects": NOT_OBJECTS,
            "Undefined": Undefined,
            "failure": Exception,
        }
        self._numbers = count()

    def function(self, expression: str) -> Callable[[list[Any]], list[Any]]:
        exec(  # noqa: S102 - names and literals only, see above
            compile(f"def build(values):\n    return {expression}\n", "<plan>", "exec"), self._names
        )
        made: Callable[[list[Any]], list[Any]] = self._names.pop("build")  # else it would hold itself
        return made

    def display(self, selection: SelectionSetPlan, name: str) -> str:
        """Write the response object of the object `name`: a dict display with its inline attributes filled in."""
        inline = {field.key: field for field in selection.inline}
        parts = []
        for key, value in selection.template.items():
            field = inline.get(key)
            text = repr(value) if field is None else self._attribute(selection, field, name)
            parts.append(f"{key!r}: {text}")
        return f"{{{', '.join(parts)}}}"

    def _attribute(self, selection: SelectionSetPlan, field: FieldPlan, name: str) -> str:
        """Write the completion of an attribute of an object, or of a column of a row."""
        assert field.attribute is not None  # noqa: S101 - it is inline
        if selection.layout is None or not selection.layout.is_narrow:
            return self.value(field.shape, f"{name}.{field.attribute}")
        read = f"{name}[{selection.layout.index_of(field.attribute)}]"
        return read if is_unchecked(selection, field) else self.value(field.shape, read, stored=True)

    def value(self, shape: Shape, read: str, *, stored: bool = False) -> str:
        """Write the completion of the value of the expression `read`; a `stored` enum is its member's value."""
        name = self._new_name()
        first = f"({name} := {read})"
        if shape.nullable:
            return f"(None if {first} is None else {self._non_null(shape, name, name, stored=stored)})"
        return self._non_null(shape, first, name, stored=stored)

    def _non_null(self, shape: Shape, first: str, then: str, *, stored: bool) -> str:
        """Write the completion of a non-null value: the expression `first` reads and names it, `then` is the name."""
        if shape.item is not None:
            items = self._items(shape.item, then)
            return f"({items} if type({first}) is list or type({then}) is tuple else unexpected({then}))"
        if shape.selection is not None:
            display = self.display(shape.selection, then)
            return f"({display} if not isinstance({first}, not_objects) else unexpected({then}))"
        if shape.tests is not None:
            return self._one_of(shape.tests, first, then)
        test = _IS_OWN_JSON.get(shape.type.name) if is_specified_scalar_type(shape.type) else None
        if test and isinstance(shape.type, GraphQLScalarType):
            return f"({then} if {test.format(first=first, then=then)} else unexpected({then}))"
        return self._serialised(shape, first, then, stored=stored)

    def _items(self, shape: Shape, name: str) -> str:
        """Write the completion of the items of the list `name`."""
        item = self._new_name()
        encode = None if shape.nullable or shape.selection is None else row_encoder(shape.selection, column)
        if encode is None:
            return f"[{self.value(shape, item)} for {item} in {name}]"
        self._names[item] = encode
        return f"{item}({name})"

    def _one_of(self, tests: list[tuple[Test, SelectionSetPlan]], first: str, then: str) -> str:
        """Write the display of the first type whose test holds."""
        text = f"unexpected({then})"
        for test, selection in reversed(tests):
            name = self._new_name()
            self._names[name] = test
            text = f"{self.display(selection, then)} if {name}({then}, None) else {text}"
        return f"(unexpected({then}) if isinstance({first}, not_objects) else {text})"

    def _serialised(self, shape: Shape, first: str, then: str, *, stored: bool) -> str:
        serialise, result = self._new_name(), self._new_name()
        members = shape.enum
        if members is not None and stored:
            self._names[serialise] = shape.serialised_enum
            return f"{serialise}[{first}]"
        if members is not None:
            # Members live as long as the process, so that an id names one; hashing a member is ten times as slow.
            self._names[serialise] = {
                id(member): shape.type.coerce_output_value(member) for member in members
            }
            return f"{serialise}[id({first})]"
        self._names[serialise] = shape.type.coerce_output_value
        is_value = f"not isinstance({first}, failure) and {then} is not None"
        is_result = f"({result} := {serialise}({then})) is not None and {result} is not Undefined"
        return f"({result} if {is_value} and {is_result} else unexpected({then}))"

    def _new_name(self) -> str:
        return f"v{next(self._numbers)}"


def _unexpected(_value: Any) -> Any:
    raise UnexpectedValueError
