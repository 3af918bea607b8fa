"""Documents: parsed, validated, measured and judged once, then remembered."""

from collections import OrderedDict
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    Visitor,
    parse,
    validate,
    visit,
)

from domain.users import Viewer
from graph.limits import Limits, Measure, Survey, exceeded
from graph.rules import Rules, refusal_error, refusals, rules_of

Coordinates = dict[str, tuple[str, ...]]
_MOST_ERRORS = 5
_TOKENS_EXCEEDED = "Document contains more than"


class RefusedDocumentError(Exception):
    """The request cannot be run; `errors` say why, each with a code."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(*(error.message for error in errors))
        self.errors = errors


class Prepared:
    """One operation of a valid document, ready to run."""

    __slots__ = ("_limits", "_measured", "_schema", "document", "name", "operation")

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        limits: Limits,
    ) -> None:
        self.document = document
        self.operation = operation
        self.name = operation.name.value if operation.name else None
        self._schema = schema
        self._limits = limits
        self._measured: tuple[Measure, Coordinates] | None = None

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.operation.operation

    def survey(self, variables: dict[str, Any]) -> tuple[Measure, Coordinates]:
        """Measure the operation and list its coordinates; raises RefusedDocumentError where it is too large.

        Without variables the answer is remembered with the document.
        """
        if self._measured is not None:
            return self._measured
        walk = Survey(self._schema, self.document, variables)
        measure = walk.measure(self.operation)
        if error := exceeded(measure, len(self.operation.selection_set.selections), self._limits):
            raise RefusedDocumentError(error)
        found = measure, walk.coordinates
        if not self.operation.variable_definitions:
            self._measured = found
        return found


class Documents:
    """The cache of documents; one that fails validation is never kept."""

    def __init__(
        self, schema: GraphQLSchema, *, limits: Limits, hide_suggestions: bool, capacity: int = 1_000
    ) -> None:
        self.schema = schema
        self.rules: Rules = rules_of(schema)
        self._limits = limits
        self._hide_suggestions = hide_suggestions
        self._capacity = capacity
        self._known: OrderedDict[tuple[str, str | None], Prepared] = OrderedDict()

    def prepare(self, text: str, operation_name: str | None) -> Prepared:
        """Return the operation to run; raises RefusedDocumentError."""
        key = (text, operation_name)
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        document = self._valid(text)
        prepared = Prepared(self.schema, document, _operation(document, operation_name), self._limits)
        self._known[key] = prepared
        if len(self._known) > self._capacity:
            self._known.popitem(last=False)
        return prepared

    def judge(self, prepared: Prepared, variables: dict[str, Any], viewer: Viewer | None) -> dict[str, str]:
        """Return the refused coordinates of a query; refuse a mutation or subscription with any, whole."""
        _, coordinates = prepared.survey(variables)
        refused = refusals(self.rules, coordinates, viewer)
        if refused and prepared.kind is not OperationType.QUERY:
            raise RefusedDocumentError(*(refusal_error(c, code) for c, code in sorted(refused.items())))
        return refused

    def _valid(self, text: str) -> DocumentNode:
        try:
            document = parse(text, max_tokens=self._limits.tokens)
        except GraphQLSyntaxError as error:
            code = "COST_LIMIT_EXCEEDED" if _TOKENS_EXCEEDED in error.message else "GRAPHQL_PARSE_FAILED"
            raise RefusedDocumentError(_coded(error, code)) from None
        except RecursionError:
            raise RefusedDocumentError(
                _error("The document is nested too deeply.", "DEPTH_LIMIT_EXCEEDED")
            ) from None
        if "\\u" in text and _holds_nul(document):
            raise RefusedDocumentError(_error("NUL characters are not accepted.", "BAD_USER_INPUT"))
        errors = validate(
            self.schema, document, max_errors=_MOST_ERRORS, hide_suggestions=self._hide_suggestions
        )
        if errors:
            raise RefusedDocumentError(*(_coded(error, "GRAPHQL_VALIDATION_FAILED") for error in errors))
        return document


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    named = [o for o in operations if name is None or (o.name and o.name.value == name)]
    if len(named) == 1:
        return named[0]
    if not operations:
        raise RefusedDocumentError(_error("The document holds no operation.", "OPERATION_RESOLUTION_FAILURE"))
    sentence = "Send operationName: the document holds several." if named else "No operation has this name."
    raise RefusedDocumentError(_error(sentence, "OPERATION_RESOLUTION_FAILURE"))


def _holds_nul(document: DocumentNode) -> bool:
    """Tell whether an escape in a string literal stands for NUL, which Postgres cannot keep."""
    found = False

    class Literals(Visitor):
        def enter_string_value(self, node: StringValueNode, *_: object) -> None:
            nonlocal found
            found = found or "\0" in node.value

    visit(document, Literals())
    return found


def _error(message: str, code: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    error.extensions = {**(error.extensions or {}), "code": code}
    return error
