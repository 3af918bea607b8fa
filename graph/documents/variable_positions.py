"""Variable positions: graphql-core's rule, with one-of inputs that are found behind `!` and lists as well.

graphql-core compares the type around a variable with an input object, and so overlooks `By!`, `[By]`, and an object
that is written where a list is expected. A nullable variable would then be allowed in a field that must not be null.
"""

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    ObjectFieldNode,
    OperationDefinitionNode,
    ValidationContext,
    VariableDefinitionNode,
    VariableNode,
    VariablesInAllowedPositionRule,
    get_named_type,
    is_nullable_type,
    type_from_ast,
)
from graphql.validation.rules.variables_in_allowed_position import allowed_variable_usage
from graphql.validation.validation_context import VariableUsage


class VariablePositions(VariablesInAllowedPositionRule):
    """Checks each variable of each operation against the positions in which it is used, in fragments too."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._operations: list[OperationDefinitionNode] = []
        self._one_of: dict[int, GraphQLInputObjectType] = {}  # by the identity of the variable's node

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        """Note a variable that is the value of a field of a one-of input."""
        if isinstance(node.value, VariableNode):
            parent = get_named_type(self.context.get_parent_input_type())
            if isinstance(parent, GraphQLInputObjectType) and parent.is_one_of:
                self._one_of[id(node.value)] = parent

    def leave_operation_definition(self, operation: OperationDefinitionNode, *_: object) -> None:
        """Put the operation aside: a fragment that it spreads may come later in the document."""
        self._operations.append(operation)

    def leave_document(self, *_: object) -> None:
        """Check all operations."""
        for operation in self._operations:
            declared = {each.variable.name.value: each for each in operation.variable_definitions or ()}
            for usage in self.context.get_recursive_variable_usages(operation):
                definition = usage.fragment_variable_definition or declared.get(usage.node.name.value)
                if definition is not None and usage.type:
                    self._check(usage, definition)

    def _check(self, usage: VariableUsage, definition: VariableDefinitionNode) -> None:
        schema, name = self.context.schema, usage.node.name.value
        variable_type = type_from_ast(schema, definition.type)
        assert usage.type is not None  # noqa: S101 - the caller looked
        if variable_type and not allowed_variable_usage(
            schema, variable_type, definition.default_value, usage.type, usage.default_value
        ):
            self._report(
                f"Variable '${name}' of type '{variable_type}' used in position expecting type '{usage.type}'.",
                usage,
                definition,
            )
        one_of = self._one_of.get(id(usage.node))
        if one_of is not None and is_nullable_type(variable_type):
            self._report(
                f"Variable '${name}' is of type '{variable_type}' but must be non-nullable to be used for OneOf Input "
                f"Object '{one_of}'.",
                usage,
                definition,
            )

    def _report(self, sentence: str, usage: VariableUsage, definition: VariableDefinitionNode) -> None:
        self.report_error(GraphQLError(sentence, [definition, usage.node]))
