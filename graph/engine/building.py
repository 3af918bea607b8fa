"""Builders: Python functions, generated per plan, that complete the values of a whole level at once.

Reading 1 000 objects of 8 fields through one generated comprehension takes a quarter of the time that a loop per
field takes. A value that is not as plain as its type promises raises, and the level is then completed with care.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

from graphql import GraphQLScalarType, is_specified_scalar_type
from graphql.pyutils import Undefined

from graph.engine.packing import is_promised, packer
from graph.engine.plans import FieldPlan, Selection, Shape, Test

_PLAIN = {
    "String": "type({first}) is str",
    "ID": "type({first}) is str",
    "Boolean": "type({first}) is bool",
    "Int": "type({first}) is int and -2147483648 <= {then} <= 2147483647",
    "Float": "type({first}) is float and {then} - {then} == 0.0",
}
"""When a value of a built-in scalar is its own JSON; anything else is left to graphql-core's serialiser."""

NOT_OBJECTS = (type(None), Exception, type(Undefined))
"""What stands for no object, or for a failure, where an object is expected."""


class NotPlainError(Exception):
    """A value needs the careful way."""


def builder(selection: Selection) -> Callable[[list[Any]], list[dict[str, Any]]]:
    """Generate the function that makes the response objects of a level from its objects."""
    source = _Source()
    return source.function(f"[{source.display(selection, 'o')} for o in values]")


def column(shape: Shape) -> Callable[[list[Any]], list[Any]]:
    """Generate the function that completes the values of one field of a level."""
    source = _Source()
    return source.function(f"[{source.value(shape, 'x')} for x in values]")


class _Source:
    """The text of one function, and the objects that it names.

    No text of a client goes in but response keys, whose grammar is that of GraphQL names.
    """

    def __init__(self) -> None:
        self._names: dict[str, Any] = {
            "careful": _careful,
            "not_objects": NOT_OBJECTS,
            "Undefined": Undefined,
            "failure": Exception,
        }
        self._numbers = count()

    def function(self, expression: str) -> Callable[[list[Any]], list[Any]]:
        exec(  # noqa: S102 - names and literals only, see above
            compile(f"def build(values):\n    return {expression}\n", "<plan>", "exec"), self._names
        )
        made: Callable[[list[Any]], list[Any]] = self._names["build"]
        return made

    def display(self, selection: Selection, name: str) -> str:
        """Write the response object of the object `name`: a dict display with its plain attributes filled in."""
        inline = {field.key: field for field in selection.inline}
        parts = []
        for key, value in selection.template.items():
            field = inline.get(key)
            text = repr(value) if field is None else self._attribute(selection, field, name)
            parts.append(f"{key!r}: {text}")
        return f"{{{', '.join(parts)}}}"

    def _attribute(self, selection: Selection, field: FieldPlan, name: str) -> str:
        """Write the completion of an attribute of an object, or of a column of a row."""
        assert field.attribute is not None  # noqa: S101 - it is inline
        if selection.layout is None or not selection.layout.is_narrow:
            return self.value(field.shape, f"{name}.{field.attribute}")
        read = f"{name}[{selection.layout.place(field.attribute)}]"
        return read if is_promised(selection, field) else self.value(field.shape, read, stored=True)

    def value(self, shape: Shape, read: str, *, stored: bool = False) -> str:
        """Write the completion of what the expression `read` gives; a `stored` enum is its member's value."""
        name = self._fresh()
        first = f"({name} := {read})"
        if shape.nullable:
            return f"(None if {first} is None else {self._given(shape, name, name, stored=stored)})"
        return self._given(shape, first, name, stored=stored)

    def _given(self, shape: Shape, first: str, then: str, *, stored: bool) -> str:
        """Write the completion of a value that is not null; `first` is how it is read first, `then` its name."""
        if shape.item is not None:
            items = self._items(shape.item, then)
            return f"({items} if type({first}) is list or type({then}) is tuple else careful({then}))"
        if shape.selection is not None:
            display = self.display(shape.selection, then)
            return f"({display} if not isinstance({first}, not_objects) else careful({then}))"
        if shape.tests is not None:
            return self._one_of(shape.tests, first, then)
        test = _PLAIN.get(shape.type.name) if is_specified_scalar_type(shape.type) else None
        if test and isinstance(shape.type, GraphQLScalarType):
            return f"({then} if {test.format(first=first, then=then)} else careful({then}))"
        return self._written(shape, first, then, stored=stored)

    def _items(self, shape: Shape, name: str) -> str:
        """Write the completion of the items of the list `name`."""
        item = self._fresh()
        packed = None if shape.nullable or shape.selection is None else packer(shape.selection, column)
        if packed is None:
            return f"[{self.value(shape, item)} for {item} in {name}]"
        self._names[item] = packed
        return f"{item}({name})"

    def _one_of(self, tests: list[tuple[Test, Selection]], first: str, then: str) -> str:
        """Write the display of the first type whose test holds."""
        text = f"careful({then})"
        for test, selection in reversed(tests):
            name = self._fresh()
            self._names[name] = test
            text = f"{self.display(selection, then)} if {name}({then}, None) else {text}"
        return f"(careful({then}) if isinstance({first}, not_objects) else {text})"

    def _written(self, shape: Shape, first: str, then: str, *, stored: bool) -> str:
        writer, result = self._fresh(), self._fresh()
        members = shape.enum
        if members is not None and stored:
            self._names[writer] = shape.written_enum
            return f"{writer}[{first}]"
        if members is not None:
            # Members live as long as the process, so that an id names one; hashing a member is ten times as slow.
            self._names[writer] = {id(member): shape.type.coerce_output_value(member) for member in members}
            return f"{writer}[id({first})]"
        self._names[writer] = shape.type.coerce_output_value
        given = f"not isinstance({first}, failure) and {then} is not None"
        written = f"({result} := {writer}({then})) is not None and {result} is not Undefined"
        return f"({result} if {given} and {written} else careful({then}))"

    def _fresh(self) -> str:
        return f"v{next(self._numbers)}"


def _careful(_value: Any) -> Any:
    raise NotPlainError
