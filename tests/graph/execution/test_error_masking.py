"""Error masking: clients see one fixed sentence for a defect outside of any field, and the cause is logged."""

from typing import Any

from graph.execution.error_masking import MASKED
from resolvers.context import Context
from tests.support.schema_client import Asker
from tests.support.subscriptions import subscribe


async def test_a_defect_of_the_executor_itself_is_masked_and_logged(ask: Asker) -> None:
    prepared = ask.executor.documents.prepare("query ($n: Int) { users(first: $n) { nodes { id } } }", None)
    no_variables: Any = 5

    response = await ask.executor.run(prepared, no_variables, Context(ask.ports, None, "request-of-a-test"))

    (error,) = response["errors"]
    assert error["message"] == MASKED
    assert error["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": "request-of-a-test"}
    assert response["data"] is None
    assert [type(defect) for defect in ask.defects] == [AttributeError]


async def test_a_defect_before_the_first_event_is_masked_and_logged(ask: Asker) -> None:
    text = "subscription ($n: Int! = 3) { leaderboardChanged(first: $n) { __typename } }"
    prepared = ask.executor.documents.prepare(text, None)
    no_variables: Any = 5

    response = await subscribe(
        ask.executor, prepared, no_variables, Context(ask.ports, None, "request-of-a-test")
    )

    assert isinstance(response, dict)
    assert [error["message"] for error in response["errors"]] == [MASKED]
    assert [type(defect) for defect in ask.defects] == [AttributeError]
