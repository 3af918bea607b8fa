"""Attacks over real HTTP: request smuggling, unknown fields, SQL injection, mail headers and forged log lines."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

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


async def send_raw(live: Live, *lines: str, body: bytes = b"") -> bytes:
    """Send bytes unchanged, and return all bytes until the server closes."""
    _, _, address = live.url.rpartition("//")
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = "\r\n".join(["POST /graphql HTTP/1.1", f"host: {address}", "connection: close", *lines])
    writer.write(head.encode() + b"\r\n\r\n" + body)
    response = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return response


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
async def test_a_request_with_an_ambiguous_length_is_not_run(live: Live, lines: list[str]) -> None:
    response = await send_raw(live, JSON, *lines, body=HELLO)

    assert response.startswith(b"HTTP/1.1 400")
    assert b"__typename" not in response


async def test_a_request_is_read_from_one_place_only(live: Live) -> None:
    token = await live.register("ada")
    viewer = "{ viewer { user { handle } } }"

    response = await live.client.post(
        "/graphql",
        params={"query": viewer, "access_token": token, "authorization": f"Bearer {token}"},
        json={"query": "{ __typename }"},
    )
    empty = await live.client.post("/graphql", params={"query": "{ __typename }"}, json={})

    assert response.json() == {"data": {"__typename": "Query"}}
    assert empty.status_code == 400
    by_url = await live.client.get("/graphql", params={"query": viewer, "access_token": token})
    assert by_url.json() == {"data": {"viewer": None}}


@pytest.mark.parametrize(
    "extra",
    [{"roles": ["ADMIN"]}, {"id": "user_01K742SG00EC1V4CSM6MV3EE1S"}, {"emailVerified": True}, {"xp": 9}],
    ids=str,
)
async def test_an_unknown_input_field_is_refused(live: Live, extra: dict[str, Any]) -> None:
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
    signed_in = await live.post(login, input={"email": text, "password": text})
    registered = await live.post(REGISTER, input=GRACE | {"displayName": text})

    (refused,) = found.json()["errors"]
    assert (refused["extensions"]["code"], refused["extensions"]["field"]) == ("BAD_USER_INPUT", "handle")
    assert signed_in.json()["data"]["login"]["userErrors"] == [{"code": "INVALID_CREDENTIALS"}]
    assert registered.json()["data"]["register"]["userErrors"] == []
    (grace, ada) = (await live.post("{ users { nodes { handle displayName } } }")).json()["data"]["users"][
        "nodes"
    ]
    assert grace == {"handle": "grace", "displayName": text}
    assert ada == {"handle": "ada", "displayName": "ada"}


@pytest.mark.parametrize(
    "email", ["ada@example.org\r\nBcc: all@example.org", "ada@example.org\n.\n", "a@b.c,d@e.f", "<a@b.cd>"]
)
async def test_an_address_cannot_add_mail_headers(live: Live, email: str) -> None:
    response = await live.post(REGISTER, input=GRACE | {"email": email})

    assert response.json()["data"]["register"]["userErrors"] == [{"__typename": "InvalidInput"}]


class TestLog:
    """The log lines of attacks."""

    @pytest.fixture(autouse=True)
    def json_log(self) -> Iterator[None]:
        logs.configure(LogFormat.JSON)
        yield
        logs.configure(LogFormat.TEXT)

    def lines(self, capture: "pytest.CaptureFixture[bytes]") -> list[dict[str, Any]]:
        logs.lines.flush()
        # Loggers that were cached before this test asked for JSON write text.
        lines = capture.readouterr().out.splitlines()
        logged = [json.loads(line) for line in lines if line.startswith(b"{")]
        return [line for line in logged if not line["event"].startswith(("mail", "origin"))]

    async def test_refusals_are_logged_with_the_caller(
        self, live: Live, capsysbinary: "pytest.CaptureFixture[bytes]"
    ) -> None:
        token = await live.register("ada")
        cookie = {"cookie": f"__Host-questpath-refresh={'f' * 64}", "origin": "https://evil.example"}
        self.lines(capsysbinary)

        await live.post("query Log { auditLog { nodes { id } } }", token=token)
        await live.client.post("/graphql", content=HELLO, headers=cookie | {"content-type": "text/json"})
        await live.post("{" + " a: __typename" * 4_000 + "}")

        logged = self.lines(capsysbinary)
        assert [line["errors"] for line in logged] == [
            ["FORBIDDEN"],
            ["CSRF_BLOCKED"],
            ["COST_LIMIT_EXCEEDED"],
        ]
        assert logged[0]["user_id"].startswith("user_")
        assert logged[0]["operation_name"] == "Log"

    async def test_input_cannot_forge_a_log_line(
        self, live: Live, capsysbinary: "pytest.CaptureFixture[bytes]"
    ) -> None:
        forged = 'x"}\n{"event": "operation", "user_id": "root"}\u2028\r\n'
        headers = {"x-request-id": "a b", "user-agent": "evil {}", "content-type": "application/json"}

        logs.write({"event": "told", "operation_name": forged})
        body = json.dumps({"query": "{ __typename }", "operationName": forged}).encode()
        await live.client.post("/graphql", content=body, headers=headers)

        first, second = self.lines(capsysbinary)
        assert first["operation_name"] == forged
        assert second["event"] == "operation"
        assert second["user_id"] is None
        assert UUID(second["request_id"]).version == 7
