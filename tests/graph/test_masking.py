"""Masking: a defect outside any field is one fixed sentence for the client, and its cause is in the log."""

from typing import Any

from graph.masking import MASKED
from resolvers.context import Context
from tests.asking import Asker


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

    response = await ask.executor.stream(
        prepared, no_variables, Context(ask.ports, None, "request-of-a-test")
    )

    assert isinstance(response, dict)
    assert [error["message"] for error in response["errors"]] == [MASKED]
    assert [type(defect) for defect in ask.defects] == [AttributeError]
