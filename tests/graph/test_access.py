"""The access matrix: each coordinate is asked for as each role, and the judgement equals what the SDL prints."""

from pathlib import Path

import pytest
from graphql import OperationType, parse

from domain.ids import SessionId, UserId
from domain.scopes import Scope
from domain.users import Role, Viewer
from graph.directives import Public, RequiresScopes
from graph.documents import Documents, RefusedDocumentError
from graph.limits import Limits
from graph.matrix import REFUSED, callers, cell, matrix
from graph.rules import rules_of
from graph.schema import executable, sdl
from tests.asking import Asker
from tests.graph.minimal import Paths

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = Documents(executable(), limits=Limits(), hide_suggestions=True)
PATHS = Paths(executable())
COORDINATES = sorted(DOCUMENTS.rules)


def test_the_committed_matrix_is_that_of_the_schema() -> None:
    assert (ROOT / "docs/access-matrix.md").read_text("utf-8") == matrix(), "run `make access-matrix`"


@pytest.mark.parametrize("coordinate", COORDINATES)
def test_a_minimal_query_is_judged_as_the_rules_say(coordinate: str) -> None:
    text = PATHS.document(*coordinate.split("."))
    assert text is not None, f"nothing leads to {coordinate}"
    prepared = DOCUMENTS.prepare(text, None)

    for name, viewer in (callers() | keys()).items():
        try:
            refused = set(DOCUMENTS.judge(prepared, {}, viewer))
        except RefusedDocumentError as refusal:
            assert prepared.kind is not OperationType.QUERY
            refused = {str((error.extensions or {})["coordinate"]) for error in refusal.errors}
        assert (coordinate in refused) == (cell(DOCUMENTS.rules, coordinate, viewer) == REFUSED), name


def keys() -> dict[str, Viewer | None]:
    """Return a key of every scope, one of all and one of none, whose owner holds every role."""
    scopes = {f"key with {scope.value}": frozenset({scope}) for scope in Scope}
    scopes |= {"key with all": frozenset(Scope), "key with none": frozenset()}
    return {
        name: Viewer(
            user_id=UserId("user_of_the_test"),
            session_id=SessionId("apikey_of_the_test"),
            roles=frozenset(Role),
            scopes=held,
        )
        for name, held in scopes.items()
    }


@pytest.mark.parametrize("coordinate", COORDINATES)
def test_a_key_reaches_nothing_that_is_neither_public_nor_names_its_scopes(coordinate: str) -> None:
    rules = DOCUMENTS.rules[coordinate]
    named = [rule.scopes for rule in rules if isinstance(rule, RequiresScopes)]
    is_public = all(isinstance(rule, Public | RequiresScopes) for rule in rules)

    for name, viewer in keys().items():
        assert viewer is not None
        assert viewer.scopes is not None
        enough = all(any(viewer.scopes.issuperset(way) for way in ways) for ways in named)
        reaches = cell(DOCUMENTS.rules, coordinate, viewer) != REFUSED
        assert reaches == (enough and (bool(named) or is_public)), name


def test_the_rules_are_those_that_the_sdl_prints() -> None:
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
async def test_a_refused_root_field_is_null_with_an_error_and_the_rest_answers(
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
