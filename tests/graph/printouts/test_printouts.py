"""Printouts through the schema: what may be printed by whom, how many, and what becomes of the files."""

from pathlib import Path
from typing import Any

import pytest

from domain.accounts.users import Role, User, Viewer
from domain.acts import by_platform
from domain.errors import DomainError
from domain.printouts import print_jobs, print_runs
from domain.printouts.printouts import MOST_A_DAY, MOST_AT_WORK
from domain.unit_of_work import Meter
from gateway.printouts.printout_folder import PrintoutFolder
from tests.support.accounts import accepted, mutate, refusal
from tests.support.clients.certificates import a_certificate, an_enrolment, finish
from tests.support.clients.drafts import add, create_roadmap, edited
from tests.support.clients.migrations import publish
from tests.support.clients.printouts import mine, printed, requested
from tests.support.clients.quality import run_jobs
from tests.support.privacy import anonymise, export_of
from tests.support.schema_client import Asker


@pytest.fixture
async def ada(ask: Asker) -> tuple[User, Viewer]:
    return await ask.learner(handle="ada")


def path_of(ask: Asker, printout: dict[str, Any]) -> Path:
    files = ask.ports.printing.files
    assert isinstance(files, PrintoutFolder)
    return files.path(printout["id"])


async def test_a_job_makes_the_file_and_a_link_leads_to_it(ask: Asker, ada: tuple[User, Viewer]) -> None:
    certificate = await a_certificate(ask, ada[1])
    started = await requested(ask, ada[1], certificate["id"])
    assert (started["state"], started["link"], started["sizeBytes"]) == ("WAITING", None, None)

    results = await run_jobs(ask, print_jobs.PRINT.name)

    (found,) = await mine(ask, ada[1])
    assert results == [{"outcome": "MADE"}]
    assert (found["state"], found["pages"], found["title"]) == ("READY", 1, "Certificate")
    assert (found["job"]["state"], found["job"]["progress"]) == ("SUCCEEDED", 100)
    assert found["link"]["url"].startswith(f"http://localhost:8000/printouts/{found['id']}?expires=")
    content = path_of(ask, found).read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(content) == found["sizeBytes"]


async def test_a_link_is_made_anew_at_each_read(ask: Asker, ada: tuple[User, Viewer]) -> None:
    certificate = await a_certificate(ask, ada[1])
    before = await printed(ask, ada[1], certificate["id"], "MARKDOWN")
    ask.clock.forward(minutes=30)

    (after,) = await mine(ask, ada[1])

    assert after["link"]["url"] != before["link"]["url"]
    assert after["link"]["expiresAt"] > before["link"]["expiresAt"]


async def test_a_roadmap_is_printed_with_the_progress_of_its_learner(
    ask: Asker, ada: tuple[User, Viewer]
) -> None:
    roadmap_id = await an_enrolment(ask, ada[1], steps=2, title="Knots *and* [ropes]")
    await finish(ask, ada[1], roadmap_id)
    _, other = await ask.learner()

    own = path_of(ask, await printed(ask, ada[1], roadmap_id, "MARKDOWN")).read_text("utf-8")
    theirs = path_of(ask, await printed(ask, other, roadmap_id, "MARKDOWN")).read_text("utf-8")

    assert own.startswith(r"# Knots \*and\* \[ropes\]")
    assert "- **Progress:** 100 %" in own
    assert own.count("- **State:** done") == 2
    assert "Progress" not in theirs
    assert "State" not in theirs


class TestRefusals:
    async def test_what_the_caller_may_not_see_is_not_there(
        self, ask: Asker, ada: tuple[User, Viewer]
    ) -> None:
        certificate = await a_certificate(ask, ada[1])
        _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
        made = await create_roadmap(ask, author, slug="hidden-roadmap")
        await edited(ask, author, made["version"], add("a"))
        _, other = await ask.learner()

        for target_id in (certificate["id"], made["roadmap"]["id"]):
            refused = await refusal(ask, other, "printDocument", targetId=target_id, format="PDF")
            assert refused == ("NotFound", "targetId")
        assert await mine(ask, other) == []

    @pytest.mark.parametrize("target_id", ["", "x", "certificate_x", "goal_01KJ9PWEBMEY3V3Y8R04ZK3RGB"])
    async def test_an_id_of_another_kind_is_refused(
        self, ask: Asker, ada: tuple[User, Viewer], target_id: str
    ) -> None:
        payload = await mutate(ask, ada[1], "printDocument", targetId=target_id, format="PDF")

        assert [(error["code"], error["field"]) for error in payload["userErrors"]] == [
            ("INVALID_INPUT", "targetId")
        ]

    async def test_a_few_are_made_at_a_time(self, ask: Asker, ada: tuple[User, Viewer]) -> None:
        certificate = await a_certificate(ask, ada[1])
        for _ in range(MOST_AT_WORK):
            await requested(ask, ada[1], certificate["id"], "MARKDOWN")
        given = {"targetId": certificate["id"], "format": "MARKDOWN"}

        assert await refusal(ask, ada[1], "printDocument", **given) == ("TooManyPrintouts", None)
        await run_jobs(ask, print_jobs.PRINT.name)
        await accepted(ask, ada[1], "printDocument", **given)

    async def test_one_that_was_never_made_counts_for_an_hour(
        self, ask: Asker, ada: tuple[User, Viewer]
    ) -> None:
        certificate = await a_certificate(ask, ada[1])
        for _ in range(MOST_AT_WORK):
            await requested(ask, ada[1], certificate["id"], "MARKDOWN")
        ask.clock.forward(hours=1)

        assert {each["state"] for each in await mine(ask, ada[1])} == {"EXPIRED"}
        await requested(ask, ada[1], certificate["id"], "MARKDOWN")
        assert [result and result["outcome"] for result in await run_jobs(ask, print_jobs.PRINT.name)] == [
            *["NOT_WANTED"] * MOST_AT_WORK,
            "MADE",
        ]

    async def test_some_are_made_a_day(self, ask: Asker, ada: tuple[User, Viewer]) -> None:
        certificate = await a_certificate(ask, ada[1])
        for _ in range(MOST_A_DAY):
            await printed(ask, ada[1], certificate["id"], "MARKDOWN")
        given = {"targetId": certificate["id"], "format": "MARKDOWN"}

        assert await refusal(ask, ada[1], "printDocument", **given) == ("TooManyPrintouts", None)
        ask.clock.forward(days=1)
        await accepted(ask, ada[1], "printDocument", **given)


class TestFailures:
    async def test_a_target_that_is_gone_meanwhile_fails_with_a_sentence(
        self, ask: Asker, ada: tuple[User, Viewer]
    ) -> None:
        _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
        made = await create_roadmap(ask, author, slug="archived-meanwhile")
        await edited(ask, author, made["version"], add("a"))
        await publish(ask, author, made["roadmap"]["id"])
        await requested(ask, ada[1], made["roadmap"]["id"])
        await accepted(ask, author, "archiveRoadmap", roadmapId=made["roadmap"]["id"])

        with pytest.raises(DomainError, match="is gone"):
            await run_jobs(ask, print_jobs.PRINT.name)

        (found,) = await mine(ask, ada[1])
        assert (found["state"], found["link"]) == ("FAILED", None)
        assert found["failure"] == "What was to be printed is gone, or is not shown to you any more."


class TestKeeping:
    async def test_files_go_after_a_week(self, ask: Asker, ada: tuple[User, Viewer]) -> None:
        certificate = await a_certificate(ask, ada[1])
        found = await printed(ask, ada[1], certificate["id"], "MARKDOWN")
        ask.clock.forward(days=6, hours=23)
        assert await tidied(ask) == 0
        assert path_of(ask, found).exists()
        ask.clock.forward(hours=1)

        assert (await mine(ask, ada[1]))[0]["state"] == "EXPIRED"
        assert (await mine(ask, ada[1]))[0]["link"] is None
        assert await tidied(ask) == 1
        assert not path_of(ask, found).exists()
        assert await tidied(ask) == 0
        ask.clock.forward(days=31)
        await tidied(ask)
        assert await mine(ask, ada[1]) == []

    async def test_the_deletion_of_the_account_removes_the_file_and_its_names(
        self, ask: Asker, ada: tuple[User, Viewer]
    ) -> None:
        roadmap_id = await an_enrolment(ask, ada[1])
        found = await printed(ask, ada[1], roadmap_id, "MARKDOWN")
        assert [row["title"] for row in (await export_of(ask, ada[0]))["printouts"]] == ["Knots"]
        async with ask.postgres.open_work(Meter()) as work:
            await work.deletions.mark(ada[0].id, ask.clock())

        assert await anonymise(ask.ports)

        assert [row["title"] for row in (await export_of(ask, ada[0]))["printouts"]] == [""]
        assert await tidied(ask) == 1
        assert not path_of(ask, found).exists()


async def test_the_list_is_filtered(ask: Asker, ada: tuple[User, Viewer]) -> None:
    certificate = await a_certificate(ask, ada[1])
    first = (await printed(ask, ada[1], certificate["id"], "MARKDOWN"))["id"]
    second = (await requested(ask, ada[1], certificate["roadmap"]["id"], "PDF"))["id"]

    async def ids(**asked: str) -> list[str]:
        return [each["id"] for each in await mine(ask, ada[1], **asked)]

    assert await ids() == [second, first]
    assert await ids(state="READY") == [first]
    assert await ids(format="PDF") == [second]
    assert await ids(target="CERTIFICATE") == [first]
    assert await ids(target="ROADMAP", state="WAITING") == [second]
    assert await mine(ask, (await ask.learner())[1]) == []


async def tidied(ask: Asker) -> int:
    act = by_platform(now=ask.clock(), mint=ask.ports.mint)
    return await print_runs.tidy(lambda: ask.postgres.open_work(Meter()), ask.ports.printing.files, act)
