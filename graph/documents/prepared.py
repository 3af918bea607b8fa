"""Prepared operations: documents are parsed, validated and analysed once, then cached."""

from collections import OrderedDict
from sys import intern
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, OperationType
from graphql.execution.values import VariableValues, get_variable_values

from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from graph.access_errors import access_error
from graph.access_rules import Rules, refusals, rules_of
from graph.documents.cost_analysis import CostAnalysis, root_fields, sizes_of
from graph.documents.introspection import META, Introspection
from graph.documents.kept_documents import CACHE_BYTES, KeptDocuments, Key
from graph.documents.limits import COST, CostMode, Limits, refusal
from graph.documents.operation_usage import Usage
from graph.documents.validation import RefusedDocumentError, operation_of, parse_and_validate
from graph.documents.variable_coercion import Coerce, coercer
from graph.documents.variable_limits import check_variables
from graph.engine.inputs.errors import variable_errors
from graph.engine.plan_variants import CompilationStats, PlanVariants
from graph.engine.syntax import Syntax

__all__ = ["DocumentCache", "PreparedOperation", "RefusedDocumentError"]

Coordinates = dict[str, tuple[str, ...]]
"""The coordinates of an operation, each with those of the implementations that it stands for."""
_Grants = tuple[frozenset[Role], frozenset[Scope] | None]
_MOST_COERCION_ERRORS = 10
_MOST_COSTS = 16
_NO_VARIABLES = VariableValues({}, {})
_MOST_GRANTS = 16
_BASE_BYTES = 5_000
_TOKEN_BYTES = 300
_COORDINATE_BYTES = 200
_VARIABLE_BYTES = 3_000
_CHARACTER_BYTES = 4


class PreparedOperation:
    """One operation of a valid document, with everything that does not depend on the request.

    `kind` is query, mutation or subscription, `root_fields` has a field for each name in the response, `roots` the
    names of the root fields of a query. `coordinates` are the fields it selects. `introspects` is whether it reads
    the schema itself. `key` is that of the document cache, None for an operation that is kept elsewhere; `characters`
    is the length of the document.
    """

    __slots__ = (
        "__weakref__",
        "_coerce",
        "_costs",
        "_hide_suggestions",
        "_limits",
        "_refusals",
        "_schema",
        "_size_variables",
        "_syntax",
        "characters",
        "coordinates",
        "definitions",
        "introspects",
        "key",
        "kind",
        "name",
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
        compilations: CompilationStats | None = None,
        *,
        hide_suggestions: bool = True,
    ) -> None:
        self.key: Key | None = None
        self.definitions = operation.variable_definitions or ()
        self._syntax = Syntax(document, operation)
        self.characters = 0
        self.name = operation.name.value if operation.name else None
        self.kind = operation.operation
        self.root_fields = root_fields(document, operation)
        self.usage = Usage(self.name, self.kind.value)
        self.variants = PlanVariants(schema, self._syntax, compilations)
        self._schema = schema
        self._limits = limits
        self._hide_suggestions = hide_suggestions
        analysis = CostAnalysis(schema, document, {})
        cost = analysis.measure(operation)
        self.coordinates: Coordinates = analysis.coordinates
        self.roots = analysis.roots
        self.introspects = not analysis.roots.isdisjoint(META)
        self._size_variables = tuple(sorted(analysis.size_variables))
        self._costs = OrderedDict({sizes_of(self._size_variables, {}): cost})
        self._refusals: dict[_Grants | None, dict[str, str]] = {}
        self._coerce: Coerce | None = None

    def values(self, variables: dict[str, Any]) -> VariableValues | list[GraphQLError]:
        """Return the coerced variables, or the errors in them."""
        definitions = self.definitions
        if not definitions:
            return _NO_VARIABLES
        if self._coerce is None:
            self._coerce = coercer(self._schema, definitions)
        coerced = self._coerce(variables) or get_variable_values(
            self._schema, definitions, variables, max_errors=1
        )
        if isinstance(coerced, VariableValues):
            return coerced
        coerced.clear()  # their tracebacks hold the frame that holds the list
        return variable_errors(
            self._schema,
            definitions,
            variables,
            most=_MOST_COERCION_ERRORS,
            hide_suggestions=self._hide_suggestions,
        )

    @property
    def document(self) -> DocumentNode:
        """The syntax tree of the document."""
        return self._syntax.document

    def weigh(self) -> int:
        """Return the memory that it takes by now, in bytes: a close estimate from the counts of what it holds."""
        self.variants.has_grown = False
        tokens = self._syntax.tokens if self._syntax.is_held else 0
        facts = len(self.coordinates) + sum(map(len, self._refusals.values()))
        characters = len(self.key[0]) if self.key else 0
        counted = tokens * _TOKEN_BYTES + facts * _COORDINATE_BYTES + characters * _CHARACTER_BYTES
        return _BASE_BYTES + len(self.definitions) * _VARIABLE_BYTES + counted + self.variants.weight

    @property
    def is_introspection_only(self) -> bool:
        """Whether it reads nothing but the schema."""
        return self.introspects and self.roots <= META | {"__typename"}

    def measure(self, variables: dict[str, Any]) -> int:
        """Return the cost with these variables; raises RefusedDocumentError when it or they are too large.

        The cost depends on the variables that set the length of a list, and is cached for each set of those.
        """
        if variables:
            try:
                check_variables(variables, self._limits)
            except GraphQLError as too_large:
                raise RefusedDocumentError(too_large) from None
        sizes = sizes_of(self._size_variables, variables)
        cost = self._costs.get(sizes)
        if cost is None:
            analysis = CostAnalysis(self._schema, self.document, variables)
            cost = self._costs[sizes] = analysis.measure(self._syntax.operation)
            if len(self._costs) > _MOST_COSTS:
                self._costs.popitem(last=False)
        if cost > self._limits.cost and self._limits.cost_mode is CostMode.ENFORCE:
            raise RefusedDocumentError(refusal(COST, "cost", cost, self._limits.cost))
        if not self.usage.coordinates:
            self.usage.coordinates = tuple(map(intern, self.coordinates))
        return cost

    def refusals(self, rules: Rules, viewer: Viewer | None) -> dict[str, str]:
        """Return the coordinates that the viewer may not read, each with its code; decided once per grants."""
        grants = (viewer.roles, viewer.scopes) if viewer else None
        known = self._refusals.get(grants)
        if known is None:
            if len(self._refusals) >= _MOST_GRANTS:
                del self._refusals[next(iter(self._refusals))]
            known = self._refusals[grants] = refusals(rules, self.coordinates, viewer)
            self.variants.has_grown = True
        return known


class DocumentCache:
    """Prepares operations, once each if they are used more than once."""

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
        self.compilations = CompilationStats()
        self.kept: KeptDocuments[PreparedOperation] = KeptDocuments(largest)

    def known(self, text: str, operation_name: str | None) -> PreparedOperation | None:
        """Return the operation if it is prepared already."""
        return self.kept.find((text, operation_name))

    def prepare(self, text: str, operation_name: str | None) -> PreparedOperation:
        """Return the operation to run; raises RefusedDocumentError."""
        prepared = self.known(text, operation_name)
        if prepared is None:
            prepared = self.prepare_uncached(text, operation_name)
            prepared.key = (text, operation_name)
        return prepared

    def prepare_uncached(self, text: str, operation_name: str | None) -> PreparedOperation:
        """Prepare an operation without the cache; raises RefusedDocumentError."""
        hide = self._hide_suggestions
        document = parse_and_validate(self.schema, text, self._limits, hide_suggestions=hide)
        operation = operation_of(document, operation_name)
        prepared = PreparedOperation(
            self.schema, document, operation, self._limits, self.compilations, hide_suggestions=hide
        )
        prepared.characters = len(text)
        return prepared

    def authorize(self, prepared: PreparedOperation, viewer: Viewer | None) -> dict[str, str]:
        """Return the refused coordinates of a query; raises RefusedDocumentError for any other operation with one."""
        if prepared.introspects:
            self._authorize_introspection(prepared, viewer)
        refused = prepared.refusals(self.rules, viewer)
        if refused and prepared.kind is not OperationType.QUERY:
            raise RefusedDocumentError(*(access_error(c, code) for c, code in sorted(refused.items())))
        return refused

    def _authorize_introspection(self, prepared: PreparedOperation, viewer: Viewer | None) -> None:
        try:
            self.introspection.authorize(prepared.document, prepared.roots, viewer)
        except GraphQLError as refused:
            raise RefusedDocumentError(refused) from None
