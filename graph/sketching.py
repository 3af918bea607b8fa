"""Sketches: how large a document is, reckoned from its syntax alone in one memoised pass, before it is validated.

A fragment is measured once however often it is spread, so that doubling spreads cost nothing; sums saturate. What
passes is small even with its fragments written out, which bounds every step that validation takes afterwards.
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

from graph.limits import BEYOND, COST, DEPTH, Limits, refusal

_INVALID = {"code": "GRAPHQL_VALIDATION_FAILED"}
_INCREMENTAL = {"defer", "stream"}
_LEVELS_OF_A_FIELD = 8
"""How many fragments, inline or spread, may stand between two levels of fields, on average."""
_MOST_LEVELS = 150
"""How deep all of them may be nested: each level takes three frames of Python's stack, which has a thousand."""


@dataclass(slots=True)
class Extent:
    """How large a selection is with its fragments written out; `top` counts the fields of its first level."""

    depth: int = 0
    top: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    parts: int = 0

    def add(self, other: "Extent") -> None:
        """Add a sibling selection."""
        self.depth = max(self.depth, other.depth)
        self.top = min(BEYOND, self.top + other.top)
        self.below(other)

    def below(self, other: "Extent") -> None:
        """Add what does not depend on the level that it is on."""
        self.aliases = min(BEYOND, self.aliases + other.aliases)
        self.directives = min(BEYOND, self.directives + other.directives)
        self.fields = min(BEYOND, self.fields + other.fields)
        self.parts = min(BEYOND, self.parts + other.parts)


class Sketch:
    """Measures every definition of a document; `steps` counts the syntax nodes that it looked at."""

    def __init__(self, document: DocumentNode, limits: Limits) -> None:
        self.steps = 0
        self._document = document
        self._limits = limits
        self._deepest = min(limits.depth * _LEVELS_OF_A_FIELD, _MOST_LEVELS)
        self._fragments = {
            d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self._known: dict[str, Extent] = {}
        self._open: set[str] = set()

    def check(self) -> None:
        """Raise GraphQLError, with its code, where the document is too large to be validated.

        Fragments that no operation spreads are measured too: validation looks at them before it refuses them.
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
            raise refusal(COST, "size with its fragments written out", parts, self._limits.parts)

    def _checked(self, extent: Extent) -> int:
        limits = self._limits
        if extent.depth > limits.depth:
            raise refusal(DEPTH, "depth", extent.depth, limits.depth)
        sizes = (
            ("number of root fields", extent.top, limits.root_fields),
            ("number of fields", extent.fields, limits.fields),
            ("number of aliases", extent.aliases, limits.aliases),
            ("number of directives", extent.directives, limits.directives),
        )
        for what, actual, limit in sizes:
            if actual > limit:
                raise refusal(COST, what, actual, limit)
        return extent.parts

    def _operation(self, operation: OperationDefinitionNode) -> Extent:
        total = self._selections(operation.selection_set, 0)
        self._direct(total, operation.directives)
        for variable in operation.variable_definitions or ():
            total.parts += 1 + self._values([variable.default_value] if variable.default_value else [])
            self._direct(total, variable.directives)
        return total

    def _selections(self, selections: SelectionSetNode, level: int) -> Extent:
        if level > self._deepest:
            raise refusal(DEPTH, "nesting", level, self._deepest)
        total = Extent()
        for node in selections.selections:
            total.add(self._selection(node, level))
            self._direct(total, node.directives)
        return total

    def _selection(self, node: SelectionNode, level: int) -> Extent:
        self.steps += 1
        if isinstance(node, FieldNode):
            extent = Extent(1, 1, 1 if node.alias else 0, 0, 1, 1 + self._arguments(node.arguments))
            if node.selection_set:
                inner = self._selections(node.selection_set, level + 1)
                extent.depth += inner.depth
                extent.below(inner)
            return extent
        extent = Extent(parts=1)
        if isinstance(node, FragmentSpreadNode):
            extent.add(self._spread(node.name.value, level + 1))
        elif isinstance(node, InlineFragmentNode):
            extent.add(self._selections(node.selection_set, level + 1))
        return extent

    def _spread(self, name: str, level: int) -> Extent:
        known = self._known.get(name)
        if known is not None:
            return known
        fragment = self._fragments.get(name)
        if fragment is None:
            return Extent()  # validation names it
        if name in self._open:
            raise GraphQLError(
                f"Cannot spread fragment '{name}' within itself.", fragment, extensions=_INVALID
            )
        self._open.add(name)
        extent = self._selections(fragment.selection_set, level)
        self._direct(extent, fragment.directives)
        self._open.remove(name)
        self._known[name] = extent
        return extent

    def _direct(self, total: Extent, directives: Collection[DirectiveNode] | None) -> None:
        """Add the directives of a node; those of incremental delivery are refused by name."""
        for directive in directives or ():
            self.steps += 1
            if directive.name.value in _INCREMENTAL:
                raise GraphQLError(
                    f"Responses are delivered whole: leave @{directive.name.value} out, and ask for what may come "
                    "later in a request of its own.",
                    directive,
                    extensions=_INVALID,
                )
            total.parts += 1 + self._arguments(directive.arguments)
            total.directives += 1

    def _arguments(self, arguments: Collection[ArgumentNode] | None) -> int:
        return len(arguments) + self._values(a.value for a in arguments) if arguments else 0

    def _values(self, values: Iterable[ValueNode]) -> int:
        """Count literal values, which may be nested as deep as variables."""
        found = 0
        waiting = [(value, 0) for value in values]
        while waiting:
            value, depth = waiting.pop()
            found += 1
            if depth > self._limits.variable_depth:
                raise refusal(DEPTH, "nesting of values", depth, self._limits.variable_depth)
            if isinstance(value, ListValueNode):
                waiting += [(item, depth + 1) for item in value.values]
            elif isinstance(value, ObjectValueNode):
                _refuse_doubles(value)
                waiting += [(field.value, depth + 1) for field in value.fields]
        self.steps += found
        return found


def _refuse_doubles(value: ObjectValueNode) -> None:
    """Refuse an object that names a field twice: validation would compare all of them with each other."""
    seen: set[str] = set()
    for field in value.fields:
        name = field.name.value
        if name in seen:
            raise GraphQLError(
                f"There can be only one input field named '{name}'.", field, extensions=_INVALID
            )
        seen.add(name)
