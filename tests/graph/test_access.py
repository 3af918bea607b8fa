"""The access matrix: each coordinate is asked for as each role, and the judgement equals what the SDL prints."""

from pathlib import Path

import pytest
from graphql import OperationType, parse

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

    for name, viewer in callers().items():
        try:
            refused = set(DOCUMENTS.judge(prepared, {}, viewer))
        except RefusedDocumentError as refusal:
            assert prepared.kind is not OperationType.QUERY
            refused = {str((error.extensions or {})["coordinate"]) for error in refusal.errors}
        assert (coordinate in refused) == (cell(DOCUMENTS.rules, coordinate, viewer) == REFUSED), name


def test_the_rules_are_those_that_the_sdl_prints() -> None:
    printed = {"public": 0, "auth": 0, "owner": 0, "reveal": 0}
    for definition in parse(sdl()).definitions:
        for field in getattr(definition, "fields", None) or ():
            own = {d.name.value for d in field.directives or ()} & printed.keys()
            of_type = {d.name.value for d in definition.directives or ()} & printed.keys()
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
