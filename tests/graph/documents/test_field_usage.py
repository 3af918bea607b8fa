"""Field usage through the schema."""

from typing import Any

from domain.documents.field_usage import FieldCount
from domain.unit_of_work import Meter
from tests.support.accounts import an_admin
from tests.support.schema_client import START, Asker

USAGE = """query ($coordinate: String, $deprecatedOnly: Boolean! = false, $first: Int! = 20, $after: Cursor) {
  fieldUsage(coordinate: $coordinate, deprecatedOnly: $deprecatedOnly, first: $first, after: $after) {
    nodes { coordinate deprecated requests lastSeenAt clients { name version requests } }
    pageInfo { hasNextPage endCursor }
  }
}"""


async def counted(ask: Asker, *coordinates: str, deprecated: bool = False) -> None:
    counts = [
        FieldCount(coordinate=c, client_name="web", client_version="1.2", deprecated=deprecated, requests=3)
        for c in coordinates
    ]
    async with ask.postgres.open_work(Meter()) as work:
        await work.field_usages.add(counts, now=START)


async def test_an_admin_reads_field_usage(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    await counted(ask, "User.handle", "Quiz.title")
    await counted(ask, "User.name", deprecated=True)

    usage: dict[str, Any] = (await ask.data(USAGE, admin, first=1))["fieldUsage"]
    rest = (await ask.data(USAGE, admin, after=usage["pageInfo"]["endCursor"]))["fieldUsage"]
    old = (await ask.data(USAGE, admin, deprecatedOnly=True))["fieldUsage"]

    assert usage["nodes"] == [
        {
            "coordinate": "Quiz.title",
            "deprecated": False,
            "requests": 3,
            "lastSeenAt": "2026-03-02T09:00:00.000Z",
            "clients": [{"name": "web", "version": "1.2", "requests": 3}],
        }
    ]
    assert [node["coordinate"] for node in rest["nodes"]] == ["User.handle", "User.name"]
    assert [node["coordinate"] for node in old["nodes"]] == ["User.name"]


async def test_a_learner_may_not_read_field_usage(ask: Asker) -> None:
    _, learner = await ask.learner()

    response = await ask(USAGE, learner)

    assert response["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert response["data"] == {"fieldUsage": None}


async def test_an_impossible_coordinate_is_an_input_error(ask: Asker) -> None:
    _, admin = await an_admin(ask)

    response = await ask(USAGE, admin, coordinate="")

    assert response["errors"][0]["extensions"] | {"requestId": ""} == {
        "code": "BAD_USER_INPUT",
        "field": "coordinate",
        "requestId": "",
    }


async def test_a_coordinate_that_nothing_has_is_refused_with_those_of_its_type(ask: Asker) -> None:
    _, admin = await an_admin(ask)

    typed = await ask(USAGE, admin, coordinate="Viewer.dashbord")
    foreign = await ask(USAGE, admin, coordinate="Mars.moon")
    unused = await ask.data(USAGE, admin, coordinate="Viewer.dashboard")

    for refused in (typed, foreign):
        (error,) = refused["errors"]
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_USER_INPUT", "coordinate")
    assert "Viewer.dashboard" in typed["errors"][0]["message"]
    assert unused["fieldUsage"]["nodes"] == []
