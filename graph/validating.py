"""Validating: from the text of a document to a syntax tree that may be run, each step bounded by the one before.

Characters and tokens are counted before the text is parsed, sizes before it is validated, and fields that answer under
one name are compared last, when all else is known to be right.
"""

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OverlappingFieldsCanBeMergedRule,
    StringValueNode,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)

from graph.limits import COST, DEPTH, Limits
from graph.merging import Merging
from graph.sketching import Sketch

_MOST_ERRORS = 5
_RULES = [rule for rule in specified_rules if rule is not OverlappingFieldsCanBeMergedRule]
_TOKENS_EXCEEDED = "Document contains more than"


class RefusedDocumentError(Exception):
    """The request cannot be run; `errors` say why, each with a code."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(*(error.message for error in errors))
        self.errors = errors


def valid(schema: GraphQLSchema, text: str, limits: Limits, *, hide_suggestions: bool) -> DocumentNode:
    """Parse and validate a document; raises RefusedDocumentError."""
    document = _parsed(text, limits)
    if "\\u" in text and _holds_nul(document):
        raise RefusedDocumentError(error("NUL characters are not accepted.", "BAD_USER_INPUT"))
    try:
        Sketch(document, limits).check()
    except GraphQLError as too_large:
        raise RefusedDocumentError(too_large) from None
    errors = validate(schema, document, _RULES, max_errors=_MOST_ERRORS, hide_suggestions=hide_suggestions)
    if errors:
        raise RefusedDocumentError(*(coded(each, "GRAPHQL_VALIDATION_FAILED") for each in errors))
    try:
        Merging(schema, document).check()
    except GraphQLError as conflict:
        raise RefusedDocumentError(conflict) from None
    return document


def _parsed(text: str, limits: Limits) -> DocumentNode:
    if len(text) > limits.characters:
        raise RefusedDocumentError(
            error(
                f"The document has {len(text):,} characters; at most {limits.characters:,} are read. Send long values "
                "as variables.",
                COST,
            )
        )
    try:
        return parse(text, max_tokens=limits.tokens)
    except GraphQLSyntaxError as wrong:
        code = COST if _TOKENS_EXCEEDED in wrong.message else "GRAPHQL_PARSE_FAILED"
        code = DEPTH if "nested too deeply" in wrong.message else code
        raise RefusedDocumentError(coded(wrong, code)) from None
    except RecursionError:
        raise RefusedDocumentError(error("The document is nested too deeply.", DEPTH)) from None


def _holds_nul(document: DocumentNode) -> bool:
    """Tell whether an escape in a string literal stands for NUL, which Postgres cannot keep."""
    found = False

    class Literals(Visitor):
        def enter_string_value(self, node: StringValueNode, *_: object) -> None:
            nonlocal found
            found = found or "\0" in node.value

    visit(document, Literals())
    return found


def error(message: str, code: str) -> GraphQLError:
    """Make an error with its code."""
    return GraphQLError(message, extensions={"code": code})


def coded(found: GraphQLError, code: str) -> GraphQLError:
    """Give an error its code."""
    found.extensions = {**(found.extensions or {}), "code": code}
    return found
