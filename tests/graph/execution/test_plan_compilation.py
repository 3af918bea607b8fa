"""Plan compilation: asked for once for each plan, and refused as a whole."""

from typing import Any

import pytest

from graph.documents.limits import Limits
from graph.documents.prepared import PreparedOperation, RefusedDocumentError
from graph.documents.validation import error
from graph.engine.plans import Plan
from graph.execution.executor import Executor
from graph.execution.plan_compilation import FindPlan
from resolvers.context import Context, Ports
from tests.support.schema_client import document_cache

TEXT = "query ($a: Boolean!) { __typename @include(if: $a) }"
PORTS: Any = Ports


class Turned:
    """A compilation that is logged; `refusal` is raised in its place."""

    def __init__(self) -> None:
        self.log: list[int] = []
        self.refusal: RefusedDocumentError | None = None

    async def __call__(
        self, prepared: PreparedOperation, context: Context, find_known: FindPlan, compile_: FindPlan
    ) -> Plan | None:
        assert find_known() is None
        self.log.append(prepared.characters)
        if self.refusal is not None:
            raise self.refusal
        return compile_()


@pytest.fixture
def turned() -> Turned:
    return Turned()


async def run(executor: Executor, prepared: PreparedOperation, **variables: Any) -> Any:
    return await executor.run(prepared, variables, Context(PORTS, None, "request"))


def an_executor(turned: Turned) -> Executor:
    return Executor(document_cache(Limits()), log_defect=lambda *_: None, compile_=turned)


async def test_each_plan_is_compiled_once_at_the_price_of_its_document(turned: Turned) -> None:
    executor = an_executor(turned)
    prepared = executor.documents.prepare(TEXT, None)

    responses = [await run(executor, prepared, a=value) for value in (True, True, False, False, True)]

    assert [response["data"] for response in responses] == [
        {"__typename": "Query"},
        {"__typename": "Query"},
        {},
        {},
        {"__typename": "Query"},
    ]
    assert turned.log == [len(TEXT)] * 2


async def test_a_refusal_with_a_status_reaches_the_transport_and_any_other_is_the_response(
    turned: Turned,
) -> None:
    executor = an_executor(turned)
    prepared = executor.documents.prepare(TEXT, None)
    turned.refusal = RefusedDocumentError(error("No.", "RATE_LIMITED"))

    response = await run(executor, prepared, a=True)
    turned.refusal.has_status = True

    assert response["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    with pytest.raises(RefusedDocumentError):
        await run(executor, prepared, a=True)
