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
from graphql.execution.values import VariableValues, get_variable_values

from domain.paging import LARGEST_PAGE
from domain.scopes import Scope
from domain.users import Role, Viewer
from graph.engine.variants import Compilations, Variants
from graph.limits import Limits, Measure, Survey, exceeded
from graph.rules import Rules, refusal_error, refusals, rules_of

Coordinates = dict[str, tuple[str, ...]]
_Powers = tuple[frozenset[Role], frozenset[Scope] | None]
_MOST_ERRORS = 5
_MOST_COERCION_ERRORS = 50
_MOST_SURVEYS = 16
_NO_VARIABLES = VariableValues({}, {})
CACHE_BYTES = 64 * 1024 * 1024
"""How many bytes the cache of documents may take, by the estimate below."""
BYTES_PER_CHARACTER = 400
"""The estimate: what a character of a document costs with its syntax tree, its judgement and one plan."""
_TOKENS_EXCEEDED = "Document contains more than"


class RefusedDocumentError(Exception):
    """The request cannot be run; `errors` say why, each with a code."""

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__(*(error.message for error in errors))
        self.errors = errors


class Prepared:
    """One operation of a valid document, ready to run, with all that is known of it from one run to the next."""

    __slots__ = (
        "_limits",
        "_reads",
        "_refused",
        "_schema",
        "_surveys",
        "document",
        "name",
        "operation",
        "variants",
    )

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        limits: Limits,
        compilations: Compilations | None = None,
    ) -> None:
        self.document = document
        self.operation = operation
        self.name = operation.name.value if operation.name else None
        self.variants = Variants(schema, document, operation, compilations)
        self._schema = schema
        self._limits = limits
        self._reads: tuple[str, ...] | None = None
        self._surveys: OrderedDict[tuple[int | None, ...], tuple[Measure, Coordinates]] = OrderedDict()
        self._refused: dict[_Powers | None, dict[str, str]] = {}

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.operation.operation

    def values(self, variables: dict[str, Any]) -> VariableValues | list[GraphQLError]:
        """Coerce the variables, or return what is wrong with them."""
        definitions = self.operation.variable_definitions
        if not definitions:
            return _NO_VARIABLES
        return get_variable_values(self._schema, definitions, variables, max_errors=_MOST_COERCION_ERRORS)

    def survey(self, variables: dict[str, Any]) -> tuple[Measure, Coordinates]:
        """Measure the operation and list its coordinates; raises RefusedDocumentError where it is too large.

        The answer depends on the variables that say how long a list is, and is remembered for each set of those.
        """
        if self._reads is not None:
            known = self._surveys.get(_sizes(self._reads, variables))
            if known is not None:
                return known
        walk = Survey(self._schema, self.document, variables)
        measure = walk.measure(self.operation)
        if error := exceeded(measure, len(self.operation.selection_set.selections), self._limits):
            raise RefusedDocumentError(error)
        self._reads = tuple(sorted(walk.reads))
        found = self._surveys[_sizes(self._reads, variables)] = measure, walk.coordinates
        if len(self._surveys) > _MOST_SURVEYS:
            self._surveys.popitem(last=False)
        return found

    def refused(self, rules: Rules, coordinates: Coordinates, viewer: Viewer | None) -> dict[str, str]:
        """Return the coordinates that the viewer does not reach, each with its code; judged once per powers."""
        powers = (viewer.roles, viewer.scopes) if viewer else None
        known = self._refused.get(powers)
        if known is None:
            known = self._refused[powers] = refusals(rules, coordinates, viewer)
        return known


class Documents:
    """The cache of documents, bounded in bytes; the one that was not used for longest goes first.

    A document that fails validation is never kept, nor one that alone would fill an eighth of the cache.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        limits: Limits,
        hide_suggestions: bool,
        largest: int = CACHE_BYTES,
    ) -> None:
        self.schema = schema
        self.rules: Rules = rules_of(schema)
        self._limits = limits
        self._hide_suggestions = hide_suggestions
        self._largest = largest
        self.bytes = 0
        self.compilations = Compilations()
        self._known: OrderedDict[tuple[str, str | None], Prepared] = OrderedDict()

    def prepare(self, text: str, operation_name: str | None) -> Prepared:
        """Return the operation to run; raises RefusedDocumentError."""
        key = (text, operation_name)
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        document = self._valid(text)
        operation = _operation(document, operation_name)
        prepared = Prepared(self.schema, document, operation, self._limits, self.compilations)
        self._keep(key, prepared)
        return prepared

    def _keep(self, key: tuple[str, str | None], prepared: Prepared) -> None:
        size = _estimate(key)
        if size > self._largest // 8:
            return
        self._known[key] = prepared
        self.bytes += size
        while self.bytes > self._largest:
            oldest, _ = self._known.popitem(last=False)
            self.bytes -= _estimate(oldest)

    def judge(self, prepared: Prepared, variables: dict[str, Any], viewer: Viewer | None) -> dict[str, str]:
        """Return the refused coordinates of a query; refuse a mutation or subscription with any, whole."""
        _, coordinates = prepared.survey(variables)
        refused = prepared.refused(self.rules, coordinates, viewer)
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


def _estimate(key: tuple[str, str | None]) -> int:
    return 2_000 + len(key[0]) * BYTES_PER_CHARACTER


def _sizes(names: tuple[str, ...], variables: dict[str, Any]) -> tuple[int | None, ...]:
    """Return what a survey makes of the variables: integers, and the largest page for whatever else was sent."""
    sent = [variables.get(name) for name in names]
    return tuple(value if isinstance(value, int | None) else LARGEST_PAGE for value in sent)


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
