"""Cost reports: counting the objects of a response, and adding extensions to it."""

from typing import Any

import orjson
import pytest

from gateway.rate_limits.cost_reports import objects_in, with_extensions


@pytest.mark.parametrize(
    ("response", "objects"),
    [
        ({"data": None}, 0),
        ({"data": {}}, 0),
        ({"data": {"a": 1, "b": None}}, 0),
        ({"data": {"user": {"id": "1"}}}, 1),
        ({"data": {"users": [{"id": "1"}, None, {"goals": [{"x": [1, 2]}, {"y": {}}]}]}}, 5),
    ],
)
def test_the_objects_of_a_response_are_its_cost(response: Any, objects: int) -> None:
    assert objects_in(orjson.dumps(response)) == objects


def test_extensions_are_added_to_an_encoded_response() -> None:
    body = with_extensions(orjson.dumps({"data": {"a": 1}}), orjson.dumps({"cost": {"actual": 1}}))

    assert orjson.loads(body) == {"data": {"a": 1}, "extensions": {"cost": {"actual": 1}}}
