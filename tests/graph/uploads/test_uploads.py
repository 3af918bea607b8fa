"""Uploads through the schema: who may begin one, how much, and who reads it."""

from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from domain.uploads.uploads import MOST_OPEN, UploadLimits
from tests.support.accounts import accepted, mutate, refusal
from tests.support.schema_client import Asker

GIVEN = {"filename": "questions.gift", "sizeBytes": 1_000, "purpose": "QUESTIONS"}
FIELDS = "upload { id filename contentType sizeBytes purpose state sha256 createdAt expiresAt } path"
READ = "query ($id: ID!) { node(id: $id) { id ... on Upload { state } } }"


async def an_author(ask: Asker) -> Viewer:
    _, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    return viewer


async def test_an_author_begins_an_upload_of_their_own(ask: Asker) -> None:
    author, other = await an_author(ask), await an_author(ask)

    payload = await accepted(ask, author, "beginUpload", FIELDS, **GIVEN | {"contentType": "text/plain"})

    upload = payload["upload"]
    assert payload["path"].startswith(f"/uploads/{upload['id']}?")
    assert (upload["state"], upload["sha256"], upload["sizeBytes"]) == ("PENDING", None, 1_000)
    assert (upload["filename"], upload["contentType"]) == ("questions.gift", "text/plain")
    assert upload["expiresAt"] > upload["createdAt"]
    assert (await ask.data(READ, author, id=upload["id"]))["node"] == {"id": upload["id"], "state": "PENDING"}
    assert (await ask.data(READ, other, id=upload["id"]))["node"] is None


async def test_folders_are_left_out_of_the_name(ask: Asker) -> None:
    given = GIVEN | {"filename": "C:\\Users\\noor\\..\\quiz.gift"}

    payload = await accepted(ask, await an_author(ask), "beginUpload", FIELDS, **given)

    assert payload["upload"]["filename"] == "quiz.gift"


async def test_an_upload_expires(ask: Asker) -> None:
    author = await an_author(ask)
    upload = (await accepted(ask, author, "beginUpload", FIELDS, **GIVEN))["upload"]

    ask.clock.forward(hours=1)

    assert (await ask.data(READ, author, id=upload["id"]))["node"]["state"] == "EXPIRED"


async def test_a_learner_may_not_begin_one(ask: Asker) -> None:
    _, learner = await ask.learner()

    response = await ask(
        "mutation ($input: BeginUploadInput!) { beginUpload(input: $input) { path } }", learner, input=GIVEN
    )

    assert response["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"filename": ""}, "filename", "INVALID_INPUT"),
        ({"filename": "folder/"}, "filename", "INVALID_INPUT"),
        ({"filename": "x" * 201}, "filename", "INVALID_INPUT"),
        ({"sizeBytes": 0}, "sizeBytes", "INVALID_INPUT"),
        ({"sizeBytes": 100_000_001}, "sizeBytes", "FILE_TOO_LARGE"),
        ({"contentType": "x" * 101}, "contentType", "INVALID_INPUT"),
    ],
)
async def test_a_wrong_field_is_named(ask: Asker, change: dict[str, Any], field: str, code: str) -> None:
    payload = await mutate(ask, await an_author(ask), "beginUpload", **GIVEN | change)

    assert [(error["field"], error["code"]) for error in payload["userErrors"]] == [(field, code)]


async def test_uploads_of_one_author_together_have_a_quota(ask: Asker) -> None:
    author, other = await an_author(ask), await an_author(ask)
    ask.ports.upload_limits = UploadLimits(largest=600, quota=1_000)
    await accepted(ask, author, "beginUpload", FIELDS, **GIVEN | {"sizeBytes": 600})

    refused = await refusal(ask, author, "beginUpload", **GIVEN | {"sizeBytes": 401})
    await accepted(ask, author, "beginUpload", FIELDS, **GIVEN | {"sizeBytes": 400})
    await accepted(ask, other, "beginUpload", FIELDS, **GIVEN | {"sizeBytes": 600})

    assert refused == ("UploadQuotaExceeded", "sizeBytes")


async def test_the_number_of_open_uploads_is_limited_until_they_expire(ask: Asker) -> None:
    author = await an_author(ask)
    for _ in range(MOST_OPEN):
        await accepted(ask, author, "beginUpload", FIELDS, **GIVEN | {"sizeBytes": 1})

    assert (await refusal(ask, author, "beginUpload", **GIVEN))[0] == "UploadQuotaExceeded"
    ask.clock.forward(hours=1)
    await accepted(ask, author, "beginUpload", FIELDS, **GIVEN)
