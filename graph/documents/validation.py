"""Validation: parses a document and validates it, each step bounded by the one before.

Characters and tokens are limited before parsing, sizes before validation. Field merging is checked last, on a document
that is valid otherwise.
"""

import re
from typing import Any

from graphql import (
    ArgumentNode,
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OverlappingFieldsCanBeMergedRule,
    StringValueNode,
    ValueNode,
    ValuesOfCorrectTypeRule,
    VariableDefinitionNode,
    VariablesInAllowedPositionRule,
    Visitor,
    specified_rules,
)
from graphql.language import SKIP

from graph.documents.document_size import DocumentSize
from graph.documents.field_merging import FieldMerging
from graph.documents.limits import COST, DEPTH, Limits
from graph.documents.rule_check import broken_rules
from graph.documents.syntax_errors import without_text
from graph.documents.variable_positions import VariablePositions
from graph.engine.inputs.errors import literal_errors
from graph.engine.syntax import syntax_tree, walk

_MOST_ERRORS = 5
_MISSING_ARGUMENT = re.compile(r"Argument '[\w.@]+\((\w+):\)' of type ")
_TOKENS_EXCEEDED = "Document contains more than"


class _ValuesOfCorrectType(ValuesOfCorrectTypeRule):
    """The rule of graphql-core, with sentences that quote no literal, and the field that each is about."""

    _name = ""

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        self._name = node.name.value

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> None:
        self._name = node.variable.name.value

    def is_valid_value_node(self, node: ValueNode, input_type: Any) -> Any:
        if input_type:
            hide = self.context.hide_suggestions
            for error in literal_errors(
                self._name, node, input_type, most=_MOST_ERRORS, hide_suggestions=hide
            ):
                self.report_error(error)
        return SKIP


_REPAIRED: dict[type[ASTValidationRule], type[ASTValidationRule]] = {
    ValuesOfCorrectTypeRule: _ValuesOfCorrectType,
    VariablesInAllowedPositionRule: VariablePositions,
}
_RULES = [
    _REPAIRED.get(rule, rule) for rule in specified_rules if rule is not OverlappingFieldsCanBeMergedRule
]


class _StringLiterals(Visitor):
    """Looks for NUL in the string literals of a document."""

    contain_nul = False

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        self.contain_nul = self.contain_nul or "\0" in node.value


class RefusedDocumentError(Exception):
    """The request must not run; `errors` say why, each with a code. One that `has_status` is for the transport."""

    has_status = False

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(*(error.message for error in errors))
        self.errors = errors


def parse_and_validate(
    schema: GraphQLSchema, text: str, limits: Limits, *, hide_suggestions: bool
) -> DocumentNode:
    """Return the syntax tree of a valid document; raises RefusedDocumentError for any other."""
    document = _parsed(text, limits)
    if "\\u" in text and _contains_nul(document):
        raise RefusedDocumentError(error("NUL characters are not accepted.", "BAD_USER_INPUT"))
    try:
        DocumentSize(document, limits).check()
    except GraphQLError as too_large:
        raise RefusedDocumentError(too_large) from None
    errors = broken_rules(schema, document, _RULES, most=_MOST_ERRORS, hide_suggestions=hide_suggestions)
    if errors:
        raise RefusedDocumentError(*(coded(_named(each), "GRAPHQL_VALIDATION_FAILED") for each in errors))
    try:
        FieldMerging(schema, document).check()
    except GraphQLError as conflict:
        raise RefusedDocumentError(conflict) from None
    return document


def _named(invalid: GraphQLError) -> GraphQLError:
    """Name the argument that is missing, as the errors of values name theirs."""
    missing = _MISSING_ARGUMENT.match(invalid.message)
    if missing:
        invalid.extensions = {"field": missing[1]}
    return invalid


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """Return the operation of a document that a request asks for; raises RefusedDocumentError."""
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    named = [o for o in operations if name is None or (o.name and o.name.value == name)]
    if len(named) == 1:
        return named[0]
    if not operations:
        raise RefusedDocumentError(error("The document has no operation.", "OPERATION_RESOLUTION_FAILURE"))
    sentence = (
        "Send operationName: the document has several operations." if named else "No operation has this name."
    )
    raise RefusedDocumentError(error(sentence, "OPERATION_RESOLUTION_FAILURE"))


def _parsed(text: str, limits: Limits) -> DocumentNode:
    if len(text) > limits.characters:
        raise RefusedDocumentError(
            error(
                f"The document has {len(text):,} characters; the limit is {limits.characters:,}. Send long values as "
                "variables.",
                COST,
            )
        )
    try:
        return syntax_tree(text, most_tokens=limits.tokens)
    except GraphQLSyntaxError as wrong:
        code = COST if _TOKENS_EXCEEDED in wrong.message else "GRAPHQL_PARSE_FAILED"
        code = DEPTH if "nested too deeply" in wrong.message else code
        raise RefusedDocumentError(coded(without_text(wrong), code)) from None
    except RecursionError:
        raise RefusedDocumentError(error("The document is nested too deeply.", DEPTH)) from None


def _contains_nul(document: DocumentNode) -> bool:
    """Return whether an escape in a string literal stands for NUL, which Postgres cannot store."""
    literals = _StringLiterals()
    walk(document, literals)
    return literals.contain_nul


def error(message: str, code: str) -> GraphQLError:
    """Make an error with a code."""
    return GraphQLError(message, extensions={"code": code})


def coded(uncoded: GraphQLError, code: str) -> GraphQLError:
    """Set the code of an error, and return it."""
    uncoded.extensions = {**(uncoded.extensions or {}), "code": code}
    return uncoded
