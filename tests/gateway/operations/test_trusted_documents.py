"""Trusted documents: imported unchanged, run by id on every transport, and enforced by the mode of the gateway."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.accounts.scopes import Scope
from domain.accounts.users import Role, Viewer
from domain.documents import manifests
from domain.documents.trusted_documents import TOPIC, DocumentIdTakenError, ManifestNameTakenError
from domain.errors import NotFoundError
from domain.ids import SessionId, UserId
from domain.signals import Signal
from gateway import secrets_and_ids
from gateway.commands import documents
from gateway.settings.environment import Settings
from gateway.settings.modes import LogFormat
from gateway.telemetry import logs
from tests.builders import mint
from tests.builders.manifests import FOLDER, a_file
from tests.gateway.conftest import Live, running
from tests.support.clients.persisted_queries import ANSWER, HELLO, WATCH, code_of, named
from tests.support.clients.sse import streaming
from tests.support.clients.websockets import INIT, hear, say, socket

WHO = next(d for d in manifests.read(a_file("codegen")).documents if "viewer" in d.text)
BOARD = next(d for d in manifests.read(a_file("relay")).documents if "leaderboard" in d.text)
ENFORCED = {"documents": "enforce"}


def a_manifest_file(folder: Path, **documents: str) -> Path:
    path = folder / "manifest.json"
    path.write_text(json.dumps(documents), "utf-8")
    return path


async def imported(url: str, *paths: Path, name: str | None = None, redis_url: str | None = None) -> None:
    for path in paths:
        arguments = argparse.Namespace(file=path, name=name or path.stem)
        assert (
            await documents.import_manifest(Settings.model_validate({"REDIS_URL": redis_url}), url, arguments)
            == 0
        )


async def synced(live: Live) -> None:
    """Signal that manifests changed, and wait until the gateway has read them."""
    before = live.app.pipeline.document_lookup.trusted._by_name
    await live.app.pipeline.ports.signals.publish([Signal(topic=TOPIC, body="")])
    async with asyncio.timeout(4):
        while live.app.pipeline.document_lookup.trusted._by_name is before:
            await asyncio.sleep(0.01)


def a_token(live: Live, *roles: Role, scopes: frozenset[Scope] | None = None) -> str:
    viewer = Viewer(
        user_id=UserId(mint("user")),
        session_id=SessionId(mint("session")),
        roles=frozenset(roles),
        scopes=scopes,
    )
    token, _ = live.app.pipeline.tokens.issue(viewer, now=secrets_and_ids.now())
    return token


async def test_documents_of_every_build_tool_are_run_by_their_ids(database_url: str) -> None:
    await imported(
        database_url, *(FOLDER / f"{name}.json" for name in ("relay", "codegen", "codegen-sha1", "apollo"))
    )

    async with running(database_url, **ENFORCED) as live:
        listed = [
            d
            for name in ("relay", "codegen", "codegen-sha1", "apollo")
            for d in manifests.read(a_file(name)).documents
        ]
        answers = [
            await live.client.post(
                "/graphql",
                json={
                    "documentId": d.document_id,
                    "variables": {"by": {"handle": "ada"}} if "$by" in d.text else {},
                },
            )
            for d in listed
        ]

    codes = {e["extensions"]["code"] for a in answers for e in a.json().get("errors", [])}
    assert codes == {"UNAUTHENTICATED"}
    assert all("data" in a.json() for a, d in zip(answers, listed, strict=True) if "mutation" not in d.text)


@pytest.mark.parametrize(
    "parts",
    [
        {"documentId": WHO.document_id},
        {"documentId": f"sha256:{WHO.digest}"},
        {"doc_id": WHO.document_id},
        {"id": WHO.document_id},
        named(WHO.text),
        named(WHO.text, query=WHO.text),
        {"query": WHO.text},
        {"query": WHO.text, "documentId": WHO.document_id},
    ],
)
async def test_a_document_is_found_by_all_its_names(database_url: str, parts: dict[str, Any]) -> None:
    await imported(database_url, FOLDER / "codegen.json")

    async with running(database_url, **ENFORCED) as live:
        token = await _registered(live)
        headers = {"authorization": f"Bearer {token}"}
        posted = await live.client.post("/graphql", json=parts, headers=headers)
        params = {k: json.dumps(v) if isinstance(v, dict) else v for k, v in parts.items()}
        queried = await live.client.get("/graphql", params=params, headers=headers)

    assert posted.json()["data"]["viewer"]["user"]["handle"] == "ada"
    assert queried.json() == posted.json()


async def _registered(live: Live) -> str:
    """Register an account through a gateway whose mode would refuse the document for it."""
    document_lookup = live.app.pipeline.document_lookup
    mode, document_lookup.mode = document_lookup.mode, type(document_lookup.mode).OFF
    token = await live.register("ada")
    document_lookup.mode = mode
    return token


@pytest.mark.parametrize(
    "parts",
    [
        {"query": HELLO},
        {"query": "{ __schema { queryType { name } } }"},
        {"query": "{"},
        {"documentId": "unknown"},
        named(HELLO),
        named(HELLO, query=HELLO),
    ],
)
async def test_in_mode_enforce_nothing_else_runs(database_url: str, parts: dict[str, Any]) -> None:
    async with running(database_url, **ENFORCED) as live:
        anonymous = await live.client.post("/graphql", json=parts)
        learner = await live.client.post(
            "/graphql", json=parts, headers={"authorization": f"Bearer {a_token(live, Role.LEARNER)}"}
        )

    assert code_of(anonymous) == code_of(learner) == "DOCUMENT_NOT_TRUSTED"
    assert "data" not in anonymous.json()


async def test_in_mode_enforce_admins_run_any_document(database_url: str) -> None:
    async with running(database_url, **ENFORCED) as live:
        headers = {"authorization": f"Bearer {a_token(live, Role.LEARNER, Role.ADMIN)}"}
        by_text = await live.client.post("/graphql", json={"query": HELLO}, headers=headers)
        by_hash = await live.client.post("/graphql", json=named(HELLO, query=HELLO), headers=headers)
        anonymous = await live.client.post("/graphql", json=named(HELLO))

    assert by_text.json() == by_hash.json() == ANSWER
    assert code_of(anonymous) == "DOCUMENT_NOT_TRUSTED"


async def test_trust_is_enforced_on_websockets_and_event_streams(database_url: str, tmp_path: Path) -> None:
    await imported(database_url, a_manifest_file(tmp_path, watch=WATCH, hello=HELLO))

    async with running(database_url, **ENFORCED) as live, socket(live) as opened:
        trusted = {"id": "1", "type": "subscribe", "payload": {"id": "watch"}}
        by_text = {"id": "2", "type": "subscribe", "payload": {"query": "{ a: __typename }"}}
        await say(opened, INIT, trusted, by_text)
        await hear(opened)
        messages = {message["id"]: message for message in [await hear(opened), await hear(opened)]}
        async with streaming(live, "{ a: __typename }") as stream:
            refused = await stream.response.aread()
        streamed = await live.client.post(
            "/graphql", json={"documentId": "hello"}, headers={"accept": "text/event-stream"}
        )

    assert messages["1"]["type"] == "next"
    assert messages["2"]["payload"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
    assert b"DOCUMENT_NOT_TRUSTED" in refused
    assert '{"data":{"__typename":"Query"}}' in streamed.text


@pytest.fixture
def json_log() -> Iterator[None]:
    logs.configure(LogFormat.JSON)
    yield
    logs.configure(LogFormat.TEXT)


@pytest.mark.usefixtures("json_log")
async def test_in_mode_log_everything_runs_and_is_logged(
    database_url: str, capsysbinary: "pytest.CaptureFixture[bytes]"
) -> None:
    await imported(database_url, FOLDER / "relay.json")

    async with running(database_url, documents="log") as live:
        untrusted = await live.client.post("/graphql", json={"query": HELLO})
        trusted = await live.client.post("/graphql", json={"documentId": BOARD.document_id})
        counts = dict(live.app.pipeline.document_lookup.counts)

    logs.lines.flush()
    lines = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines() if line.startswith(b"{")]
    operations = [line for line in lines if line["event"] == "operation"]
    assert untrusted.json() == ANSWER
    assert "data" in trusted.json()
    assert [line.get("untrusted", False) for line in operations] == [True, False]
    assert counts == {"untrusted": 1, "trusted": 1}


async def test_a_running_gateway_learns_of_imports_and_retirements(database_url: str) -> None:
    async with running(database_url, **ENFORCED) as live:
        await imported(database_url, FOLDER / "relay.json", name="app@1")
        await synced(live)
        during = await live.client.post("/graphql", json={"documentId": BOARD.document_id})
        await documents.retire_manifest(Settings(), database_url, argparse.Namespace(name="app@1"))
        await synced(live)
        after = await live.client.post("/graphql", json={"documentId": BOARD.document_id})

    assert "data" in during.json()
    assert code_of(after) == "DOCUMENT_NOT_TRUSTED"


async def test_an_import_is_signalled_through_redis(database_url: str, redis_url: str) -> None:
    async with running(database_url, REDIS_URL=redis_url, **ENFORCED) as live:
        await asyncio.wait_for(live.app.pipeline.ports.signals.connected.wait(), 5)  # type: ignore[attr-defined]
        await imported(database_url, FOLDER / "relay.json", redis_url=redis_url)

        async with asyncio.timeout(2):
            while not len(live.app.pipeline.document_lookup.trusted):
                await asyncio.sleep(0.01)


async def test_a_manifest_with_an_invalid_document_is_refused_as_a_whole(
    database_url: str, tmp_path: Path, capsys: "pytest.CaptureFixture[str]"
) -> None:
    path = a_manifest_file(tmp_path, good=HELLO, old="query Old { renamed }")

    code = await documents.import_manifest(Settings(), database_url, argparse.Namespace(file=path, name=None))
    await documents.list_manifests(Settings(), database_url, argparse.Namespace())

    output = capsys.readouterr()
    assert code == 1
    assert output.out == "old (Old): Cannot query field 'renamed' on type 'Query'.\n"
    assert "1 faults in 2 documents" in output.err


async def test_manifests_are_listed_and_retired_by_name(
    database_url: str, capsys: "pytest.CaptureFixture[str]"
) -> None:
    await imported(database_url, FOLDER / "relay.json", name="app@1")
    await imported(database_url, FOLDER / "codegen.json", name="app@2")
    await documents.retire_manifest(Settings(), database_url, argparse.Namespace(name="app@1"))
    capsys.readouterr()

    await documents.list_manifests(Settings(), database_url, argparse.Namespace())

    newer, older = capsys.readouterr().out.splitlines()
    assert newer.startswith("app@2  2 documents  pairs  imported ")
    assert "retired" not in newer
    assert older.startswith("app@1  2 documents  pairs  imported ")
    assert ", retired " in older


async def test_a_taken_name_and_a_reused_id_change_nothing(database_url: str, tmp_path: Path) -> None:
    await imported(database_url, a_manifest_file(tmp_path, one=HELLO), name="app@1")
    other = a_manifest_file(tmp_path, one="{ other: __typename }")

    for name, error in (("app@1", ManifestNameTakenError), ("app@2", DocumentIdTakenError)):
        with pytest.raises(error):
            await documents.import_manifest(
                Settings(), database_url, argparse.Namespace(file=other, name=name)
            )
    with pytest.raises(NotFoundError):
        await documents.retire_manifest(Settings(), database_url, argparse.Namespace(name="app@2"))

    async with running(database_url, **ENFORCED) as live:
        assert (await live.client.post("/graphql", json={"documentId": "one"})).json() == ANSWER


@pytest.mark.slow
async def test_the_exit_codes_of_the_command_line(database_url: str, tmp_path: Path) -> None:
    async def run(*arguments: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "gateway.cli",
            "documents",
            *arguments,
            env={"DATABASE_URL": database_url, "PYTHONPATH": str(FOLDER.parent.parent)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        return process.returncode, out.decode()

    path = a_manifest_file(tmp_path, hello=HELLO)

    imports = await run("import", str(path), "--name", "app@1")
    retires = await run("retire", "app@2")

    assert imports == (0, "1 documents of app@1 are trusted.\n")
    assert retires == (2, "questpath: name: No manifest of this name is in force.\n")
