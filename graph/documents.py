"""Documents: parsed, validated, measured and judged once, then remembered."""

from collections import OrderedDict
from sys import intern
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType
from graphql.execution.values import VariableValues, get_variable_values

from domain.scopes import Scope
from domain.users import Role, Viewer
from graph.coercing import Coerce, coercer
from graph.engine.variants import Compilations, Variants
from graph.introspection import META, Introspection
from graph.limits import COST, CostMode, Limits, refusal
from graph.rules import Rules, refusal_error, refusals, rules_of
from graph.surveying import Measure, Survey, root_fields, sizes_of
from graph.usage import Usage
from graph.validating import RefusedDocumentError, error, valid
from graph.variables import check_variables

__all__ = ["Documents", "Prepared", "RefusedDocumentError"]

Coordinates = dict[str, tuple[str, ...]]
_Powers = tuple[frozenset[Role], frozenset[Scope] | None]
_MOST_COERCION_ERRORS = 5
_MOST_SURVEYS = 16
_NO_VARIABLES = VariableValues({}, {})
CACHE_BYTES = 64 * 1024 * 1024
"""How many bytes the cache of documents may take, by the estimate below."""
BYTES_PER_CHARACTER = 400
"""The estimate: what a character of a document costs with its syntax tree, its judgement and one plan."""


class Prepared:
    """One operation of a valid document, ready to run, with all that is known of it from one run to the next.

    `kind` is query, mutation or subscription, and `root_fields` has a field for each name in its response. Once it was
    surveyed, `roots` names its root fields, and `introspects` tells whether it reads of the schema itself.
    """

    __slots__ = (
        "__weakref__",
        "_coerce",
        "_hide_suggestions",
        "_limits",
        "_reads",
        "_refused",
        "_schema",
        "_surveys",
        "document",
        "introspects",
        "kind",
        "name",
        "operation",
        "root_fields",
        "roots",
        "usage",
        "variants",
    )

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        limits: Limits,
        compilations: Compilations | None = None,
        *,
        hide_suggestions: bool = True,
    ) -> None:
        self.document = document
        self.operation = operation
        self.name = operation.name.value if operation.name else None
        self.kind = operation.operation
        self.root_fields = root_fields(document, operation)
        self.usage = Usage(self.name, self.kind.value)
        self.variants = Variants(schema, document, operation, compilations)
        self._schema = schema
        self._limits = limits
        self._hide_suggestions = hide_suggestions
        self.roots: set[str] = set()
        self.introspects = False
        self._reads: tuple[str, ...] | None = None
        self._surveys: OrderedDict[tuple[int | None, ...], tuple[Measure, Coordinates]] = OrderedDict()
        self._refused: dict[_Powers | None, dict[str, str]] = {}
        self._coerce: Coerce | None = None

    def values(self, variables: dict[str, Any]) -> VariableValues | list[GraphQLError]:
        """Coerce the variables, or return what is wrong with them."""
        definitions = self.operation.variable_definitions
        if not definitions:
            return _NO_VARIABLES
        if self._coerce is None:
            self._coerce = coercer(self._schema, definitions)
        return self._coerce(variables) or get_variable_values(
            self._schema,
            definitions,
            variables,
            max_errors=_MOST_COERCION_ERRORS,
            hide_suggestions=self._hide_suggestions,
        )

    @property
    def asks_the_schema_alone(self) -> bool:
        """Whether it reads nothing but the schema."""
        return self.introspects and self.roots <= META | {"__typename"}

    def survey(self, variables: dict[str, Any]) -> tuple[Measure, Coordinates]:
        """Measure the operation and list its coordinates; raises RefusedDocumentError where it is too large.

        The answer depends on the variables that say how long a list is, and is remembered for each set of those.
        """
        if variables:
            try:
                check_variables(variables, self._limits)
            except GraphQLError as too_large:
                raise RefusedDocumentError(too_large) from None
        if self._reads is not None:
            known = self._surveys.get(sizes_of(self._reads, variables))
            if known is not None:
                return known
        walk = Survey(self._schema, self.document, variables)
        measure = walk.measure(self.operation)
        if measure.cost > self._limits.cost and self._limits.cost_mode is CostMode.ENFORCE:
            raise RefusedDocumentError(refusal(COST, "cost", measure.cost, self._limits.cost))
        self.roots = walk.roots
        self.introspects = not walk.roots.isdisjoint(META)
        self._reads = tuple(sorted(walk.reads))
        self.usage.coordinates = tuple(map(intern, walk.coordinates))
        found = self._surveys[sizes_of(self._reads, variables)] = measure, walk.coordinates
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
        guard_introspection: bool = False,
        largest: int = CACHE_BYTES,
    ) -> None:
        self.schema = schema
        self.rules: Rules = rules_of(schema)
        self.introspection = Introspection(schema, self.rules, open_to_all=not guard_introspection)
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
        prepared = self.prepared(text, operation_name)
        self._keep(key, prepared)
        return prepared

    def prepared(self, text: str, operation_name: str | None) -> Prepared:
        """Prepare an operation apart from the cache; raises RefusedDocumentError."""
        document = valid(self.schema, text, self._limits, hide_suggestions=self._hide_suggestions)
        operation = _operation(document, operation_name)
        return Prepared(
            self.schema,
            document,
            operation,
            self._limits,
            self.compilations,
            hide_suggestions=self._hide_suggestions,
        )

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
        if prepared.introspects:
            self._judge_introspection(prepared, viewer)
        refused = prepared.refused(self.rules, coordinates, viewer)
        if refused and prepared.kind is not OperationType.QUERY:
            raise RefusedDocumentError(*(refusal_error(c, code) for c, code in sorted(refused.items())))
        return refused

    def _judge_introspection(self, prepared: Prepared, viewer: Viewer | None) -> None:
        try:
            self.introspection.judge(prepared.document, prepared.roots, viewer)
        except GraphQLError as found:
            raise RefusedDocumentError(found) from None


def _estimate(key: tuple[str, str | None]) -> int:
    return 2_000 + len(key[0]) * BYTES_PER_CHARACTER


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    named = [o for o in operations if name is None or (o.name and o.name.value == name)]
    if len(named) == 1:
        return named[0]
    if not operations:
        raise RefusedDocumentError(error("The document holds no operation.", "OPERATION_RESOLUTION_FAILURE"))
    sentence = "Send operationName: the document holds several." if named else "No operation has this name."
    raise RefusedDocumentError(error(sentence, "OPERATION_RESOLUTION_FAILURE"))
