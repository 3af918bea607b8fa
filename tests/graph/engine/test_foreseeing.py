"""A resolver learns of the selection below its field what its declaration wants to know."""

from typing import Any

import pytest
import strawberry

from graph.declarations import Foresight
from graph.directives import public
from graph.documents import Documents
from graph.execution import Engine, Executor
from graph.fields import attribute, resolved_by
from graph.limits import Limits
from graph.rules import bind_rules
from graph.schema import executable
from resolvers.context import Context
from tests.graph.engine.shelves import context

ALL = 100
FORESEEN: list[tuple[int, bool]] = []


class ShelfRow:
    label = "s"


async def shelf(context: Context, *, most: int = ALL, named: bool = True) -> ShelfRow:
    FORESEEN.append((most, named))
    return ShelfRow()


async def books(shelf: ShelfRow, context: Context, *, most: int = 10) -> list[str]:
    return ["b"] * most


@strawberry.type(description=".", directives=[public()])
class Shelf:
    label: str = attribute(".")
    books: list[str] | None = resolved_by(books, description=".", args={"most": "."})


@strawberry.type
class Query:
    shelf: Shelf | None = resolved_by(
        shelf,
        description=".",
        rule=public(),
        foresees={"most": Foresight(field="books", argument="most"), "named": Foresight(field="label")},
    )


async def foreseen(text: str, engine: Engine = Engine.COMPILED, **variables: Any) -> tuple[int, bool]:
    core: Any = executable(strawberry.Schema(query=Query))
    bind_rules(core)
    documents = Documents(core, limits=Limits(), hide_suggestions=False)
    runner = Executor(documents, log_defect=lambda *_: None, engine=engine)
    FORESEEN.clear()
    await runner.run(documents.prepare(text, None), variables, context())
    (found,) = FORESEEN
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{ shelf { label } }", (0, True)),
        ("{ shelf { books } }", (10, False)),
        ("{ shelf { a: books(most: 3) b: books(most: 7) label } }", (7, True)),
        ("{ shelf { ... on Shelf { label } ...F } } fragment F on Shelf { books(most: 4) }", (4, True)),
        ("{ shelf { label @skip(if: true) books(most: 3) } }", (3, False)),
        ("query ($n: Int!) { shelf { books(most: $n) } }", (5, False)),
        ("query ($no: Boolean!) { shelf { books(most: 3) @include(if: $no) label } }", (0, True)),
        ("query ($missing: Int) { shelf { books(most: $missing) label } }", (10, True)),
        ("query ($null: Int) { shelf { books(most: $null) label } }", (0, True)),
    ],
)
async def test_the_largest_of_what_is_asked_below_is_foreseen(text: str, found: tuple[int, bool]) -> None:
    assert await foreseen(text, n=5, no=False, null=None) == found


async def test_the_reference_engine_foresees_nothing_so_that_all_is_read() -> None:
    assert await foreseen("{ shelf { label } }", Engine.REFERENCE) == (ALL, True)
