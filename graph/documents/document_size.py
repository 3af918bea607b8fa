"""Document size: depth, fields, aliases and directives, counted in one memoised pass before validation.

A fragment is measured once however often it is spread, so doubling spreads cost nothing; sums saturate. A document that
passes is small even with its fragments expanded, which bounds every later step of validation.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
)

from graph.documents.limits import BEYOND, COST, DEPTH, Limits, refusal

_INVALID = {"code": "GRAPHQL_VALIDATION_FAILED"}
_INCREMENTAL = {"defer", "stream"}
_LEVELS_OF_A_FIELD = 8
"""How many fragments, inline or spread, are allowed between two levels of fields, on average."""
_MOST_LEVELS = 150
"""How deep selections may be nested: each level takes three frames of Python's stack, which has a thousand."""


@dataclass(slots=True)
class Size:
    """The size of a selection with its fragments expanded; `top` counts the fields of its first level."""

    depth: int = 0
    top: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    parts: int = 0

    def add(self, other: "Size") -> None:
        """Add a sibling selection."""
        self.depth = max(self.depth, other.depth)
        self.top = min(BEYOND, self.top + other.top)
        self.add_nested(other)

    def add_nested(self, other: "Size") -> None:
        """Add the counts of a nested selection, which do not depend on its level."""
        self.aliases = min(BEYOND, self.aliases + other.aliases)
        self.directives = min(BEYOND, self.directives + other.directives)
        self.fields = min(BEYOND, self.fields + other.fields)
        self.parts = min(BEYOND, self.parts + other.parts)


class DocumentSize:
    """Measures every definition of a document; `steps` counts the visited syntax nodes."""

    def __init__(self, document: DocumentNode, limits: Limits) -> None:
        self.steps = 0
        self._document = document
        self._limits = limits
        self._deepest = min(limits.depth * _LEVELS_OF_A_FIELD, _MOST_LEVELS)
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._known: dict[str, Size] = {}
        self._open: set[str] = set()

    def check(self) -> None:
        """Raise GraphQLError, with its code, for a document that is too large to be validated.

        Unused fragments are measured too, because validation visits them before it refuses them.
        """
        operations = [d for d in self._document.definitions if isinstance(d, OperationDefinitionNode)]
        if len(operations) > self._limits.operations:
            raise refusal(
                COST, "number of operations in its document", len(operations), self._limits.operations
            )
        parts = sum(self._checked(self._operation(operation)) for operation in operations)
        for name in self._fragments:
            if name not in self._known:
                parts += self._checked(self._spread(name, 0))
        if parts > self._limits.parts:
            raise refusal(COST, "size with its fragments expanded", parts, self._limits.parts)

    def _checked(self, size: Size) -> int:
        limits = self._limits
        if size.depth > limits.depth:
            raise refusal(DEPTH, "depth", size.depth, limits.depth)
        sizes = (
            ("number of root fields", size.top, limits.root_fields),
            ("number of fields", size.fields, limits.fields),
            ("number of aliases", size.aliases, limits.aliases),
            ("number of directives", size.directives, limits.directives),
        )
        for what, actual, limit in sizes:
            if actual > limit:
                raise refusal(COST, what, actual, limit)
        return size.parts

    def _operation(self, operation: OperationDefinitionNode) -> Size:
        total = self._selections(operation.selection_set, 0)
        self._add_directives(total, operation.directives)
        for variable in operation.variable_definitions or ():
            total.parts += 1 + self._values([variable.default_value] if variable.default_value else [])
            self._add_directives(total, variable.directives)
        return total

    def _selections(self, selections: SelectionSetNode, level: int) -> Size:
        if level > self._deepest:
            raise refusal(DEPTH, "nesting", level, self._deepest)
        total = Size()
        for node in selections.selections:
            total.add(self._selection(node, level))
            self._add_directives(total, node.directives)
        return total

    def _selection(self, node: SelectionNode, level: int) -> Size:
        self.steps += 1
        if isinstance(node, FieldNode):
            size = Size(1, 1, 1 if node.alias else 0, 0, 1, 1 + self._arguments(node.arguments))
            if node.selection_set:
                inner = self._selections(node.selection_set, level + 1)
                size.depth += inner.depth
                size.add_nested(inner)
            return size
        size = Size(parts=1)
        if isinstance(node, FragmentSpreadNode):
            size.add(self._spread(node.name.value, level + 1))
        elif isinstance(node, InlineFragmentNode):
            size.add(self._selections(node.selection_set, level + 1))
        return size

    def _spread(self, name: str, level: int) -> Size:
        known = self._known.get(name)
        if known is not None:
            return known
        fragment = self._fragments.get(name)
        if fragment is None:
            return Size()  # validation reports it
        if name in self._open:
            raise GraphQLError(
                f"Cannot spread fragment '{name}' within itself.", fragment, extensions=_INVALID
            )
        self._open.add(name)
        size = self._selections(fragment.selection_set, level)
        self._add_directives(size, fragment.directives)
        self._open.remove(name)
        self._known[name] = size
        return size

    def _add_directives(self, total: Size, directives: Collection[DirectiveNode] | None) -> None:
        """Add the directives of a node; refuse those of incremental delivery by name."""
        for directive in directives or ():
            self.steps += 1
            if directive.name.value in _INCREMENTAL:
                raise GraphQLError(
                    f"Responses are not delivered incrementally: leave out @{directive.name.value}, and send a request "
                    "of its own for what may come later.",
                    directive,
                    extensions=_INVALID,
                )
            total.parts += 1 + self._arguments(directive.arguments)
            total.directives += 1

    def _arguments(self, arguments: Collection[ArgumentNode] | None) -> int:
        return len(arguments) + self._values(a.value for a in arguments) if arguments else 0

    def _values(self, values: Iterable[ValueNode]) -> int:
        """Count literal values, which may be nested as deep as variables."""
        count = 0
        waiting = [(value, 0) for value in values]
        while waiting:
            value, depth = waiting.pop()
            count += 1
            if depth > self._limits.variable_depth:
                raise refusal(DEPTH, "nesting of values", depth, self._limits.variable_depth)
            if isinstance(value, ListValueNode):
                waiting += [(item, depth + 1) for item in value.values]
            elif isinstance(value, ObjectValueNode):
                _refuse_duplicates(value)
                waiting += [(field.value, depth + 1) for field in value.fields]
        self.steps += count
        return count


def _refuse_duplicates(value: ObjectValueNode) -> None:
    """Refuse an object with a duplicate field: validation would compare every pair of them."""
    seen: set[str] = set()
    for field in value.fields:
        name = field.name.value
        if name in seen:
            raise GraphQLError(
                f"There can be only one input field named '{name}'.", field, extensions=_INVALID
            )
        seen.add(name)
