"""Input errors: where values of variables, literals and arguments do not fit, and what was expected."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLNonNull,
    GraphQLSchema,
    Node,
    Undefined,
    VariableDefinitionNode,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils.print_path_list import print_path_list
from graphql.utilities.validate_input_value import validate_input_literal, validate_input_value

from graph.engine.inputs.error_sentences import argument_sentence, at_path, sentence_of
from graph.engine.inputs.fields_at_fault import field_at_fault


class _EnoughError(Exception):
    """Stops graphql-core, which prints the whole value anew for each error that it finds in it."""


def variable_errors(
    schema: GraphQLSchema,
    definitions: Collection[VariableDefinitionNode],
    sent: dict[str, Any],
    *,
    most: int,
    hide_suggestions: bool,
) -> list[GraphQLError]:
    """Return what is wrong with the variables of a request, at most `most` errors and one that there are more."""
    errors: list[GraphQLError] = []
    try:
        for definition in definitions:
            if len(errors) <= most:
                errors += _errors_of_variable(schema, definition, sent, most, hide_suggestions)
    except RecursionError:
        errors.append(GraphQLError("Variable values are nested too deeply."))
    if len(errors) > most:
        errors[most:] = [GraphQLError("The variables have more errors than these.")]
    return errors or [GraphQLError("The variables do not fit their declarations.")]


def _errors_of_variable(
    schema: GraphQLSchema,
    definition: VariableDefinitionNode,
    sent: dict[str, Any],
    most: int,
    hide_suggestions: bool,
) -> Iterator[GraphQLError]:
    signature = get_variable_signature(schema, definition)
    if isinstance(signature, GraphQLError):  # it names the type, and holds no value
        yield signature
        return
    value = sent.get(signature.name, Undefined)
    if value is Undefined and (signature.default or not isinstance(signature.type, GraphQLNonNull)):
        return
    found: list[tuple[GraphQLError, list[str | int]]] = []

    def on_error(error: GraphQLError, path: list[str | int]) -> None:
        found.append((error, path))
        if len(found) > most:
            raise _EnoughError

    with suppress(_EnoughError):
        validate_input_value(value, signature.type, on_error, hide_suggestions)
    while found:  # an error holds this frame by its traceback, so that the frame must not hold the error
        yield _variable_error(definition, signature, value, *found.pop(0))


def _variable_error(
    definition: VariableDefinitionNode,
    signature: GraphQLVariableSignature,
    value: Any,
    error: GraphQLError,
    path: list[str | int],
) -> GraphQLError:
    sentence = sentence_of(error, signature.type, value, path)
    return GraphQLError(
        f"Variable '${signature.name}' has invalid value{print_path_list(path)}: {sentence}",
        definition,
        extensions={"field": field_at_fault(signature.name, error, path)},
    )


def literal_errors(
    name: str, node: Any, type_: Any, *, most: int, hide_suggestions: bool
) -> list[GraphQLError]:
    """Return what is wrong with a literal, at most `most` errors and one more; `name` is that of its argument."""
    errors: list[GraphQLError] = []

    def on_error(error: GraphQLError, path: list[str | int]) -> None:
        errors.append(
            GraphQLError(
                sentence_of(error, type_, node, path),
                _placed(error.nodes) or at_path(type_, node, path)[1],
                extensions={"field": field_at_fault(name, error, path)},
            )
        )
        if len(errors) > most:
            raise _EnoughError

    with suppress(_EnoughError):
        validate_input_literal(node, type_, on_error, hide_suggestions=hide_suggestions)
    return errors


def _placed(nodes: Collection[Node] | None) -> list[Node]:
    """Return the nodes with a place in the document; graphql-core blames copies of some, which have none."""
    return [node for node in nodes or () if node.loc]


def argument_values(definition: GraphQLField, node: FieldNode, variables: VariableValues) -> dict[str, Any]:
    """Read the arguments of a field as graphql-core does; its GraphQLError quotes no value."""
    try:
        return get_argument_values(definition, node, variables)
    except GraphQLError as error:
        raise GraphQLError(argument_sentence(error.message), error.nodes) from None
