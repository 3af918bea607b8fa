"""Certificates through the schema: for whom they are issued, who reads them, and what ends them."""

import asyncio

import pytest

from domain.accounts.users import Role, User, Viewer
from domain.unit_of_work import Meter
from tests.support.accounts import accepted, an_admin, mutate, refusal
from tests.support.clients.certificates import (
    BY_CODE,
    MINE,
    a_certificate,
    an_enrolment,
    finish,
    issue,
)
from tests.support.clients.drafts import add, create_roadmap, edited
from tests.support.clients.migrations import enrolment_of, publish
from tests.support.clients.quality import a_moderator
from tests.support.clients.roadmaps import enrol
from tests.support.mail import posted
from tests.support.privacy import anonymise, export_of
from tests.support.schema_client import Asker


@pytest.fixture
async def ada(ask: Asker) -> tuple[User, Viewer]:
    user, viewer = await ask.learner(handle="ada")
    async with ask.postgres.open_work(Meter()) as work:
        credentials = await work.credentials.by_id(user.id)
        assert credentials is not None
        await work.credentials.set_verified_email(user.id, credentials.email)
    return user, viewer


class TestIssuing:
    async def test_a_finished_roadmap_gives_a_certificate_with_the_name_that_was_confirmed(
        self, ask: Asker, ada: tuple[User, Viewer]
    ) -> None:
        roadmap_id = await an_enrolment(ask, ada[1], steps=3)
        enrolment_id = await finish(ask, ada[1], roadmap_id)

        payload = await issue(ask, ada[1], enrolment_id, "  Ada King ")

        found = payload["certificate"]
        assert payload["userErrors"] == []
        assert found["name"] == "Ada King"
        assert (found["title"], found["versionNumber"]) == ("Knots", 1)
        assert (found["steps"], found["checkedSteps"]) == (3, 0)
        assert (found["state"], found["endedAt"], found["reason"]) == ("VALID", None, None)
        assert found["roadmap"] == {"id": roadmap_id}
        assert found["pageUrl"] == f"http://localhost:8000/certificates/{found['code']}"
        assert found["credentialUrl"] == f"{found['pageUrl']}/credential"

    async def test_a_second_request_returns_the_first_certificate(
        self, ask: Asker, ada: tuple[User, Viewer]
    ) -> None:
        enrolment_id = await finish(ask, ada[1], await an_enrolment(ask, ada[1]))
        first = await issue(ask, ada[1], enrolment_id, "Ada")

        again = await issue(ask, ada[1], enrolment_id, "Countess")

        assert again["certificate"] == first["certificate"]

    async def test_one_that_was_revoked_is_not_issued_again(
        self, ask: Asker, ada: tuple[User, Viewer]
    ) -> None:
        enrolment_id = await finish(ask, ada[1], await an_enrolment(ask, ada[1]))
        first = await issue(ask, ada[1], enrolment_id, "Ada")
        code = first["certificate"]["code"]
        await accepted(ask, await a_moderator(ask), "revokeCertificate", code=code, reason="No.")

        again = await issue(ask, ada[1], enrolment_id, "Ada")

        assert again["certificate"] is None
        assert [error["field"] for error in again["userErrors"]] == ["enrolmentId"]

    async def test_of_many_requests_at_once_one_issues(self, ask: Asker, ada: tuple[User, Viewer]) -> None:
        enrolment_id = await finish(ask, ada[1], await an_enrolment(ask, ada[1]))

        payloads = await asyncio.gather(*(issue(ask, ada[1], enrolment_id, f"Ada {n}") for n in range(5)))

        assert len({payload["certificate"]["code"] for payload in payloads}) == 1
        assert len({payload["certificate"]["name"] for payload in payloads}) == 1

    async def test_an_unfinished_roadmap_gives_none(self, ask: Asker, ada: tuple[User, Viewer]) -> None:
        roadmap_id = await an_enrolment(ask, ada[1])
        enrolment = await enrolment_of(ask, ada[1], roadmap_id)
        (first, *_) = enrolment["pinnedVersion"]["nodes"]
        await accepted(
            ask, ada[1], "setNodeState", enrolmentId=enrolment["id"], nodeId=first["id"], state="DONE"
        )

        refused = await refusal(ask, ada[1], "issueCertificate", enrolmentId=enrolment["id"], name="Ada")

        assert refused == ("RoadmapNotFinished", "enrolmentId")
        assert (await ask.data(MINE, ada[1]))["viewer"]["certificates"]["nodes"] == []

    async def test_a_skipped_step_is_not_done(self, ask: Asker, ada: tuple[User, Viewer]) -> None:
        roadmap_id = await an_enrolment(ask, ada[1])
        enrolment_id = await finish(ask, ada[1], roadmap_id)
        enrolment = await enrolment_of(ask, ada[1], roadmap_id)
        await accepted(
            ask,
            ada[1],
            "setNodeState",
            enrolmentId=enrolment_id,
            nodeId=enrolment["pinnedVersion"]["nodes"][0]["id"],
            state="SKIPPED",
        )

        refused = await refusal(ask, ada[1], "issueCertificate", enrolmentId=enrolment_id, name="Ada")

        assert refused == ("RoadmapNotFinished", "enrolmentId")

    async def test_the_author_gets_none_for_their_own_roadmap(self, ask: Asker) -> None:
        _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
        made = await create_roadmap(ask, author, slug="my-own-roadmap")
        await edited(ask, author, made["version"], add("a"))
        await publish(ask, author, made["roadmap"]["id"])
        await enrol(ask, author, made["roadmap"]["id"], key="k")
        enrolment_id = await finish(ask, author, made["roadmap"]["id"])

        refused = await refusal(ask, author, "issueCertificate", enrolmentId=enrolment_id, name="Ada")

        assert refused == ("OwnRoadmap", "enrolmentId")

    async def test_what_is_wrong_is_told_together(self, ask: Asker, ada: tuple[User, Viewer]) -> None:
        _, other = await ask.learner()
        theirs = await finish(ask, other, await an_enrolment(ask, other))

        payload = await issue(ask, ada[1], theirs, "\u0000")

        assert {error["field"] for error in payload["userErrors"]} == {"enrolmentId", "name"}


class TestReading:
    async def test_all_who_have_the_code_read_it_without_the_learner(
        self, ask: Asker, ada: tuple[User, Viewer]
    ) -> None:
        certificate = await a_certificate(ask, ada[1])

        for viewer in (None, (await ask.learner())[1]):
            found = (await ask.data(BY_CODE, viewer, code=certificate["code"].upper()))["certificate"]
            assert found["name"] == "Ada Lovelace"
            by_id = await ask.data("query ($id: ID!) { node(id: $id) { id } }", viewer, id=certificate["id"])
            assert by_id["node"] is None

    @pytest.mark.parametrize("code", ["", "x", "0" * 26, "é" * 26, "0" * 10_000])
    async def test_another_code_is_of_no_certificate(self, ask: Asker, code: str) -> None:
        assert (await ask.data(BY_CODE, code=code))["certificate"] is None

    async def test_the_list_is_filtered(self, ask: Asker, ada: tuple[User, Viewer]) -> None:
        first = await a_certificate(ask, ada[1])
        second = await a_certificate(ask, ada[1])
        moderator = await a_moderator(ask)
        await accepted(ask, moderator, "revokeCertificate", code=first["code"], reason="No.")

        async def listed(**asked: str) -> list[str]:
            page = (await ask.data(MINE, ada[1], **asked))["viewer"]["certificates"]
            return [node["id"] for node in page["nodes"]]

        assert await listed() == [second["id"], first["id"]]
        assert await listed(state="VALID") == [second["id"]]
        assert await listed(state="REVOKED") == [first["id"]]
        assert await listed(roadmap=first["roadmap"]["id"]) == [first["id"]]


class TestEnding:
    async def test_a_moderator_revokes_and_the_learner_gets_a_mail(
        self, ask: Asker, ada: tuple[User, Viewer]
    ) -> None:
        certificate = await a_certificate(ask, ada[1])
        moderator = await a_moderator(ask)

        payload = await accepted(
            ask,
            moderator,
            "revokeCertificate",
            "certificate { state endedAt reason }",
            code=certificate["code"],
            reason="Copied work.",
        )

        assert payload["certificate"]["state"] == "REVOKED"
        assert payload["certificate"]["endedAt"] is not None
        (mine,) = (await ask.data(MINE, ada[1]))["viewer"]["certificates"]["nodes"]
        assert (mine["state"], mine["reason"]) == ("REVOKED", "Copied work.")
        public = (await ask.data(BY_CODE, code=certificate["code"]))["certificate"]
        assert (public["state"], public["reason"]) == ("REVOKED", None)
        assert [mail.kind.value for mail in await posted(ask.postgres)] == ["CERTIFICATE_REVOKED"]

    async def test_it_is_in_the_audit_log(self, ask: Asker, ada: tuple[User, Viewer]) -> None:
        certificate = await a_certificate(ask, ada[1])
        await accepted(
            ask, await a_moderator(ask), "revokeCertificate", code=certificate["code"], reason="No."
        )

        _, admin = await an_admin(ask)
        log = await ask.data(
            "{ auditLog(action: CERTIFICATE_REVOKED) { nodes { target difference { name value } } } }", admin
        )

        assert log["auditLog"]["nodes"] == [
            {"target": certificate["id"], "difference": [{"name": "reason", "value": "No."}]}
        ]

    async def test_it_ends_once(self, ask: Asker, ada: tuple[User, Viewer]) -> None:
        certificate = await a_certificate(ask, ada[1])
        moderator = await a_moderator(ask)
        given = {"code": certificate["code"], "reason": "No."}
        await accepted(ask, moderator, "revokeCertificate", **given)

        assert await refusal(ask, moderator, "revokeCertificate", **given) == ("CertificateEnded", "code")

    async def test_what_is_wrong_is_told_together(self, ask: Asker) -> None:
        payload = await mutate(ask, await a_moderator(ask), "revokeCertificate", code="x", reason=" ")

        assert {error["field"] for error in payload["userErrors"]} == {"code", "reason"}

    async def test_a_role_that_was_taken_away_does_not_count(
        self, ask: Asker, ada: tuple[User, Viewer]
    ) -> None:
        certificate = await a_certificate(ask, ada[1])
        user, _ = await ask.learner()
        claims = Viewer(
            user_id=user.id, session_id=ada[1].session_id, roles=frozenset({Role.MODERATOR}), version=1
        )

        refused = await refusal(ask, claims, "revokeCertificate", code=certificate["code"], reason="No.")

        assert refused == ("Forbidden", None)

    async def test_the_deletion_of_the_account_takes_the_name_and_withdraws_it(
        self, ask: Asker, ada: tuple[User, Viewer]
    ) -> None:
        certificate = await a_certificate(ask, ada[1])
        assert [row["name"] for row in (await export_of(ask, ada[0]))["certificates"]] == ["Ada Lovelace"]
        async with ask.postgres.open_work(Meter()) as work:
            await work.deletions.mark(ada[0].id, ask.clock())

        assert await anonymise(ask.ports)

        found = (await ask.data(BY_CODE, code=certificate["code"]))["certificate"]
        assert (found["state"], found["name"]) == ("WITHDRAWN", "")
        assert found["endedAt"] is not None
