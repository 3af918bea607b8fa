"""Rule check: runs validation rules over a document, and leaves nothing behind for the garbage collector.

It does what graphql-core's `validate` does. That one leaves a thousand objects in cycles for each document, because a
visitor keeps its own bound methods; clients could send enough documents to make the collector stop the process.
"""

from collections.abc import Collection
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    ParallelVisitor,
    TypeInfo,
    TypeInfoVisitor,
    ValidationContext,
    Visitor,
    visit,
)
from graphql.validation.validate import (
    FragmentNestingVisitor,
    ValidationAbortedError,
    query_document_keys_to_validate,
)
from graphql.validation.validation_context import VariableUsage, VariableUsageVisitor

from graph.engine.syntax import walk


class _Context(ValidationContext):
    """The context of the rules, which finds the uses of variables without leaving a visitor behind."""

    def get_variable_usages(self, node: Any) -> list[VariableUsage]:
        """Return the uses of variables in an operation or a fragment; found once."""
        known = self._variable_usages.get(node)
        if known is None:
            fragment = node if isinstance(node, FragmentDefinitionNode) else None
            usages = VariableUsageVisitor(self._type_info, fragment)
            walk(node, TypeInfoVisitor(self._type_info, usages))
            known = self._variable_usages[node] = usages.usages
            vars(usages).clear()
        return known


def broken_rules(
    schema: GraphQLSchema,
    document: DocumentNode,
    rules: Collection[type[ASTValidationRule]],
    *,
    most: int,
    hide_suggestions: bool,
) -> list[GraphQLError]:
    """Return what is wrong with a document: at most `most` errors, and one that the check was aborted."""
    errors: list[GraphQLError] = []

    def on_error(error: GraphQLError) -> None:
        if len(errors) >= most:
            raise ValidationAbortedError(
                "Too many validation errors, error limit reached. Validation aborted."
            )
        errors.append(error)

    types = TypeInfo(schema)
    context = _Context(schema, document, types, on_error, hide_suggestions)
    visitors: list[Visitor] = [rule(context) for rule in rules]
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    if fragments:
        visitors.insert(0, FragmentNestingVisitor(fragments))
    parallel = ParallelVisitor(visitors)
    typed = TypeInfoVisitor(types, parallel)
    try:
        visit(document, typed, query_document_keys_to_validate)
    except ValidationAbortedError as aborted:
        aborted.__context__ = None
        errors.append(aborted.with_traceback(None))
    except RecursionError:
        errors.append(ValidationAbortedError("Validation aborted."))
    finally:
        for holder in (typed, parallel, *visitors, context, types):
            vars(holder).clear()
    return errors
