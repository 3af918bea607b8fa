"""Field collection: groups the fields of a selection set by response key (CollectFields of the specification)."""

from collections.abc import Iterable
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
    get_directive_values,
    is_abstract_type,
)
from graphql.execution.values import VariableValues

_CONDITIONS = ("skip", "include")


class FieldCollector:
    """Collects fields by the algorithm of section 6.3.2: fragments are merged, `@skip` and `@include` are decided."""

    def __init__(
        self, schema: GraphQLSchema, fragments: dict[str, FragmentDefinitionNode], variables: VariableValues
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._variables = variables

    def fields(
        self, type_: GraphQLObjectType, sets: Iterable[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """Return the nodes of each response key; raises GraphQLError for a condition that is null."""
        grouped: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for selections in sets:
            self._collect(type_, selections, grouped, spread)
        return grouped

    def _collect(
        self,
        type_: GraphQLObjectType,
        selections: SelectionSetNode,
        grouped: dict[str, list[FieldNode]],
        spread: set[str],
    ) -> None:
        for node in selections.selections:
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                grouped.setdefault(key, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(node.type_condition.name.value, type_):
                    self._collect(type_, node.selection_set, grouped, spread)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                spread.add(node.name.value)
                fragment = self._fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, type_):
                    self._collect(type_, fragment.selection_set, grouped, spread)

    def _is_included(self, node: Any) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
        if skip and skip["if"] is True:
            return False
        include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        return not include or include["if"] is not False

    def _applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        if condition == type_.name:
            return True
        other = self._schema.get_type(condition)
        return is_abstract_type(other) and self._schema.is_sub_type(other, type_)


def directives_in(selections: SelectionSetNode) -> Iterable[Any]:
    """Yield every directive of a selection set, without following fragment spreads."""
    for node in selections.selections:
        yield from node.directives or ()
        inner = getattr(node, "selection_set", None)
        if inner is not None:
            yield from directives_in(inner)


def condition_variables(directives: Iterable[Any]) -> tuple[str, ...]:
    """Return the variables of `@skip` and `@include`, in alphabetical order."""
    return tuple(
        sorted(
            {
                argument.value.name.value
                for directive in directives
                if directive.name.value in _CONDITIONS
                for argument in directive.arguments
                if isinstance(argument.value, VariableNode)
            }
        )
    )
