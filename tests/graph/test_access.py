"""Access rules: a query for each coordinate by each role is refused exactly as the SDL and the matrix say."""

from functools import cache
from pathlib import Path

import pytest
from graphql import OperationType, parse

from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from domain.ids import SessionId, UserId
from graph.access_matrix import REFUSED, callers, cell, matrix
from graph.access_rules import rules_of
from graph.directives import Public, RequiresScopes
from graph.documents.limits import Limits
from graph.documents.prepared import DocumentCache, PreparedOperation, RefusedDocumentError
from graph.schema import executable, sdl
from tests.support.minimal_documents import Paths
from tests.support.schema_client import Asker

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = DocumentCache(executable(), limits=Limits(), hide_suggestions=True)
PATHS = Paths(executable())
COORDINATES: dict[str, list[str]] = {}
"""The coordinates of each type; a test of its own for each coordinate costs more than what it tests."""
for _coordinate in sorted(DOCUMENTS.rules):
    COORDINATES.setdefault(_coordinate.partition(".")[0], []).append(_coordinate)


def test_the_committed_matrix_is_up_to_date() -> None:
    assert (ROOT / "docs/access-matrix.md").read_text("utf-8") == matrix(), "run `make access-matrix`"


@pytest.mark.parametrize("type_name", COORDINATES)
def test_a_minimal_query_is_refused_as_the_matrix_says(type_name: str) -> None:
    for coordinate in COORDINATES[type_name]:
        text = PATHS.document(*coordinate.split("."))
        assert text is not None, f"no path leads to {coordinate}"
        prepared = DOCUMENTS.prepare(text, None)

        for name, viewer in (callers() | keys()).items():
            is_refused = coordinate in refused_to(viewer, prepared)
            assert is_refused == (cell(DOCUMENTS.rules, coordinate, viewer) == REFUSED), (coordinate, name)


def refused_to(viewer: Viewer | None, prepared: PreparedOperation) -> set[str]:
    """Return the coordinates that are refused; those of a query become null, others refuse the document."""
    try:
        return set(DOCUMENTS.authorize(prepared, viewer))
    except RefusedDocumentError as refusal:
        assert prepared.kind is not OperationType.QUERY
        return {str((error.extensions or {})["coordinate"]) for error in refusal.errors}


@cache
def keys() -> dict[str, Viewer | None]:
    """Return API keys with each scope, with all and with none, whose owner has every role."""
    scopes = {f"key with {scope.value}": frozenset({scope}) for scope in Scope}
    scopes |= {"key with all": frozenset(Scope), "key with none": frozenset()}
    return {
        name: Viewer(
            user_id=UserId("user_of_the_test"),
            session_id=SessionId("apikey_of_the_test"),
            roles=frozenset(Role),
            scopes=of_key,
        )
        for name, of_key in scopes.items()
    }


@pytest.mark.parametrize("type_name", COORDINATES)
def test_a_key_reads_only_what_is_public_or_names_its_scopes(type_name: str) -> None:
    for coordinate in COORDINATES[type_name]:
        rules = DOCUMENTS.rules[coordinate]
        named = [rule.scopes for rule in rules if isinstance(rule, RequiresScopes)]
        is_public = all(isinstance(rule, Public | RequiresScopes) for rule in rules)

        for name, viewer in keys().items():
            assert viewer is not None
            assert viewer.scopes is not None
            has_scopes = all(any(viewer.scopes.issuperset(each) for each in scopes) for scopes in named)
            may_read = cell(DOCUMENTS.rules, coordinate, viewer) != REFUSED
            assert may_read == (has_scopes and (bool(named) or is_public)), (coordinate, name)


def test_the_enforced_rules_are_printed_in_the_sdl() -> None:
    printed = {"public": 0, "auth": 0, "owner": 0, "reveal": 0, "requiresscopes": 0}
    for definition in parse(sdl()).definitions:
        for field in getattr(definition, "fields", None) or ():
            own = {d.name.value.lower() for d in field.directives or ()} & printed.keys()
            of_type = {d.name.value.lower() for d in definition.directives or ()} & printed.keys()
            coordinate = f"{definition.name.value}.{field.name.value}"
            if coordinate in DOCUMENTS.rules:
                enforced = {type(rule).__name__.lower() for rule in DOCUMENTS.rules[coordinate]}
                assert (own or of_type) & enforced, coordinate
                for name in enforced & printed.keys():
                    printed[name] += 1

    assert all(printed.values())


@pytest.mark.parametrize("field", sorted(executable().query_type.fields) if executable().query_type else [])
async def test_a_refused_root_field_is_null_with_an_error_and_other_fields_are_answered(
    ask: Asker, field: str
) -> None:
    text = PATHS.document("Query", field)
    assert text is not None
    refused = cell(rules_of(executable()), f"Query.{field}", None) == REFUSED

    response = await ask(text.replace("{", "{ still: __typename ", 1))

    assert response["data"]["still"] == "Query"
    codes = {e["extensions"]["code"] for e in response.get("errors", ())}
    assert ("UNAUTHENTICATED" in codes) == refused
    assert ask.defects == []
