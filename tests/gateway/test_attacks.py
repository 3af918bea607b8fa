"""Old tricks over real HTTP: smuggled requests, smuggled fields, smuggled SQL, and lines that forge the log."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.settings.modes import LogFormat
from gateway.telemetry import logs
from tests.gateway.conftest import REGISTER, Live

HELLO = b'{"query": "{ __typename }"}'
JSON = "content-type: application/json"
GRACE = {
    "email": "grace@example.org",
    "password": "correct horse battery",
    "handle": "grace",
    "displayName": "Grace",
}


async def raw(live: Live, *lines: str, body: bytes = b"") -> bytes:
    """Send bytes as they are and return all that comes back until the server closes or has answered."""
    _, _, address = live.url.rpartition("//")
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = "\r\n".join(["POST /graphql HTTP/1.1", f"host: {address}", "connection: close", *lines])
    writer.write(head.encode() + b"\r\n\r\n" + body)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer


@pytest.mark.parametrize(
    "lines",
    [
        ["transfer-encoding: chunked", f"content-length: {len(HELLO)}"],
        [f"content-length: {len(HELLO)}", f"content-length: {len(HELLO) + 1}"],
        ["transfer-encoding: chunked, identity"],
        [f"content-length: +{len(HELLO)}"],
        [f"content-length : {len(HELLO)}"],
    ],
    ids=str,
)
async def test_a_request_whose_end_is_in_doubt_is_not_run(live: Live, lines: list[str]) -> None:
    answer = await raw(live, JSON, *lines, body=HELLO)

    assert answer.startswith(b"HTTP/1.1 400")
    assert b"__typename" not in answer


async def test_a_request_is_read_from_one_place_alone(live: Live) -> None:
    token = await live.register("ada")
    viewer = "{ viewer { user { handle } } }"

    response = await live.client.post(
        "/graphql",
        params={"query": viewer, "access_token": token, "authorization": f"Bearer {token}"},
        json={"query": "{ __typename }"},
    )
    nothing = await live.client.post("/graphql", params={"query": "{ __typename }"}, json={})

    assert response.json() == {"data": {"__typename": "Query"}}
    assert nothing.status_code == 400
    by_address = await live.client.get("/graphql", params={"query": viewer, "access_token": token})
    assert by_address.json() == {"data": {"viewer": None}}


@pytest.mark.parametrize(
    "extra",
    [{"roles": ["ADMIN"]}, {"id": "user_01K742SG00EC1V4CSM6MV3EE1S"}, {"emailVerified": True}, {"xp": 9}],
    ids=str,
)
async def test_no_field_is_set_that_the_mutation_does_not_name(live: Live, extra: dict[str, Any]) -> None:
    response = await live.post(REGISTER, input=GRACE | extra)

    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "data" not in response.json()
    assert (await live.post("{ users { nodes { id } } }")).json()["data"]["users"]["nodes"] == []


@pytest.mark.parametrize("text", ["'; DROP TABLE users; --", "' OR '1'='1", "%", "_", "\\", "$1", ":id"])
async def test_sql_in_a_value_is_text(live: Live, text: str) -> None:
    await live.register("ada")
    login = """mutation ($input: LoginInput!) { login(input: $input) {
      accessToken userErrors { ... on UserError { code } } } }"""

    found = await live.post("query ($h: String!) { user(by: {handle: $h}) { id } }", h=text)
    entered = await live.post(login, input={"email": text, "password": text})
    bio = await live.post(REGISTER, input=GRACE | {"displayName": text})

    assert found.json() == {"data": {"user": None}}
    assert entered.json()["data"]["login"]["userErrors"] == [{"code": "INVALID_CREDENTIALS"}]
    assert bio.json()["data"]["register"]["userErrors"] == []
    (grace, ada) = (await live.post("{ users { nodes { handle displayName } } }")).json()["data"]["users"][
        "nodes"
    ]
    assert grace == {"handle": "grace", "displayName": text}
    assert ada == {"handle": "ada", "displayName": "ada"}


@pytest.mark.parametrize(
    "email", ["ada@example.org\r\nBcc: all@example.org", "ada@example.org\n.\n", "a@b.c,d@e.f", "<a@b.cd>"]
)
async def test_no_header_of_a_mail_comes_from_an_address(live: Live, email: str) -> None:
    response = await live.post(REGISTER, input=GRACE | {"email": email})

    assert response.json()["data"]["register"]["userErrors"] == [{"__typename": "InvalidInput"}]


class TestLog:
    """What the log tells of it."""

    @pytest.fixture(autouse=True)
    def json_log(self) -> Iterator[None]:
        logs.configure(LogFormat.JSON)
        yield
        logs.configure(LogFormat.TEXT)

    def lines(self, capture: "pytest.CaptureFixture[bytes]") -> list[dict[str, Any]]:
        logs.lines.flush()
        # Other modules may have kept a logger that writes for people, from before this test asked for JSON.
        lines = capture.readouterr().out.splitlines()
        told = [json.loads(line) for line in lines if line.startswith(b"{")]
        return [line for line in told if not line["event"].startswith("mail")]

    async def test_what_was_refused_to_somebody_is_told(
        self, live: Live, capsysbinary: "pytest.CaptureFixture[bytes]"
    ) -> None:
        token = await live.register("ada")
        cookie = {"cookie": f"__Host-questpath-refresh={'f' * 64}", "origin": "https://evil.example"}
        self.lines(capsysbinary)

        await live.post("query Log { auditLog { nodes { id } } }", token=token)
        await live.client.post("/graphql", content=HELLO, headers=cookie | {"content-type": "text/json"})
        await live.post("{" + " a: __typename" * 4_000 + "}")

        told = self.lines(capsysbinary)
        assert [line["errors"] for line in told] == [["FORBIDDEN"], ["CSRF_BLOCKED"], ["COST_LIMIT_EXCEEDED"]]
        assert told[0]["user_id"].startswith("user_")
        assert told[0]["operation_name"] == "Log"

    async def test_nothing_that_is_sent_makes_a_line_of_its_own(
        self, live: Live, capsysbinary: "pytest.CaptureFixture[bytes]"
    ) -> None:
        forged = 'x"}\n{"event": "operation", "user_id": "root"}\u2028\r\n'
        headers = {"x-request-id": "a b", "user-agent": "evil {}", "content-type": "application/json"}

        logs.tell({"event": "told", "operation_name": forged})
        body = json.dumps({"query": "{ __typename }", "operationName": forged}).encode()
        await live.client.post("/graphql", content=body, headers=headers)

        first, second = self.lines(capsysbinary)
        assert first["operation_name"] == forged
        assert second["event"] == "operation"
        assert second["user_id"] is None
        assert second["request_id"].startswith("req_")
