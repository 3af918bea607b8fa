"""The use of fields through the schema."""

from typing import Any

from domain.field_usage import FieldCount
from domain.work import Meter
from tests.accounts_asking import an_admin
from tests.asking import START, Asker

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


async def test_an_admin_reads_who_asks_for_what(ask: Asker) -> None:
    _, admin = await an_admin(ask)
    await counted(ask, "User.handle", "Quiz.title")
    await counted(ask, "User.name", deprecated=True)

    told: dict[str, Any] = (await ask.data(USAGE, admin, first=1))["fieldUsage"]
    rest = (await ask.data(USAGE, admin, after=told["pageInfo"]["endCursor"]))["fieldUsage"]
    old = (await ask.data(USAGE, admin, deprecatedOnly=True))["fieldUsage"]

    assert told["nodes"] == [
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


async def test_others_do_not(ask: Asker) -> None:
    _, learner = await ask.learner()

    response = await ask(USAGE, learner)

    assert response["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert response["data"] == {"fieldUsage": None}


async def test_a_coordinate_that_cannot_be_one_is_an_input_error(ask: Asker) -> None:
    _, admin = await an_admin(ask)

    response = await ask(USAGE, admin, coordinate="")

    assert response["errors"][0]["extensions"] | {"requestId": ""} == {
        "code": "BAD_USER_INPUT",
        "field": "coordinate",
        "requestId": "",
    }
