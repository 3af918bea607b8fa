"""Document scenes: certificates and printouts in every state, and lists of them of a given size."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from domain.accounts.users import Role, Viewer
from domain.certificates.certificates import Certificate, NewCertificate, code_of
from domain.errors import DomainError
from domain.ids import CertificateId, PrintoutId, RoadmapId, RoadmapVersionId, UserId
from domain.printouts import print_jobs
from domain.printouts.printouts import KEPT, PrintFormat, Printout, PrintoutState
from domain.unit_of_work import Meter
from tests.builders import mint
from tests.support.accounts import accepted
from tests.support.chats import a_chat
from tests.support.clients.certificates import BY_CODE, MINE, an_enrolment
from tests.support.clients.printouts import PRINTOUT, mine, printed, requested
from tests.support.clients.quality import a_moderator, run_jobs
from tests.support.list_fields import ListPaths
from tests.support.roadmaps import store_roadmap
from tests.support.schema_client import Asker
from tests.support.seen_fields import WatchingAsker, everything
from tests.support.threads import a_thread

NO_ARGUMENTS = ListPaths({})


async def store_certificate(ask: Asker, user_id: UserId) -> Certificate:
    """Store a certificate of a roadmap of another author's."""
    author, _ = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    async with ask.postgres.open_work(Meter()) as work:
        slug = mint("certified").lower().replace("_", "-")
        stored = await store_roadmap(work, author.id, {"a": []}, slug=slug)
        return await work.certificates.add(
            NewCertificate(
                id=CertificateId(mint("certificate")),
                code=code_of(mint("code").encode()[-16:]),
                user_id=user_id,
                roadmap_id=RoadmapId(stored.roadmap.id),
                version_id=RoadmapVersionId(stored.version.id),
                name="Ada",
                title="Knots",
                version_number=1,
                steps=2,
                checked_steps=1,
                completed_at=ask.clock(),
                issued_at=ask.clock(),
            )
        )


async def store_printout(ask: Asker, user_id: UserId, target_id: str) -> Printout:
    """Store a printout whose file is there, as far as the database knows."""
    printout = Printout(
        id=PrintoutId(mint("printout")),
        user_id=user_id,
        target_id=target_id,
        format=PrintFormat.PDF,
        title="Knots",
        file_name="knots",
        state=PrintoutState.READY,
        job_id=None,
        created_at=ask.clock(),
        finished_at=ask.clock(),
        expires_at=ask.clock() + KEPT,
        size_bytes=1,
        pages=1,
        failure=None,
    )
    async with ask.postgres.open_work(Meter()) as work:
        await work.printouts.add(printout)
    return printout


async def documents_of_size(ask: Asker, viewer: Viewer, size: int) -> str:
    """Let the viewer have `size` certificates, each with a printout; return the code of one."""
    code = ""
    for _ in range(size):
        certificate = await store_certificate(ask, viewer.user_id)
        await store_printout(ask, viewer.user_id, certificate.id)
        code = certificate.code
    return code


async def everything_taken_out(ask: WatchingAsker) -> None:
    """Look at a revoked certificate, a printout that is ready, and one that failed."""
    user, learner = await ask.learner()
    certificate = await store_certificate(ask, user.id)
    shown = everything("Certificate", 2, NO_ARGUMENTS)
    given = {"code": certificate.code, "reason": "Copied."}
    await accepted(ask, await a_moderator(ask), "revokeCertificate", f"certificate {shown}", **given)
    await printed(ask, learner, certificate.id)
    await _a_failed_one(ask, learner)
    await ask.data(f'{{ certificate(code: "{certificate.code}") {shown} }}', learner)
    certificates = everything("CertificateConnection", 3, NO_ARGUMENTS)
    printouts = "edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    await ask.data(
        f"{{ viewer {{ certificates {certificates} printouts {{ nodes {{ {PRINTOUT} job {{ id }} }} {printouts} }} }} }}",
        learner,
    )


async def _a_failed_one(ask: Asker, learner: Viewer) -> None:
    """Ask for a roadmap that is archived before its job runs."""
    author, viewer = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    async with ask.postgres.open_work(Meter()) as work:
        slug = mint("gone").lower().replace("_", "-")
        stored = await store_roadmap(work, author.id, {"a": []}, slug=slug)
    await requested(ask, learner, stored.roadmap.id)
    await accepted(ask, viewer, "archiveRoadmap", roadmapId=stored.roadmap.id)
    with pytest.raises(DomainError):
        await run_jobs(ask, print_jobs.PRINT.name)


async def of_certificate_state(ask: Asker, values: Sequence[str]) -> list[Any]:
    user, learner = await ask.learner()
    revoked, withdrawn, _ = [await store_certificate(ask, user.id) for _ in range(3)]
    moderator = await a_moderator(ask)
    await accepted(ask, moderator, "revokeCertificate", code=revoked.code, reason="No.")
    async with ask.postgres.open_work(Meter()) as work:
        await work.connection.raw.execute(
            "UPDATE certificates SET state = 'WITHDRAWN', ended_at = issued_at WHERE id = $1", withdrawn.id
        )
    return [
        [
            await ask.data(BY_CODE, code=node["code"])
            for node in (await ask.data(MINE, learner, state=value))["viewer"]["certificates"]["nodes"]
        ]
        for value in values
    ]


async def of_format(ask: Asker, values: Sequence[str]) -> list[Any]:
    user, learner = await ask.learner()
    certificate = await store_certificate(ask, user.id)
    return [(await printed(ask, learner, certificate.id, value))["format"] for value in values]


def of_own(name: str) -> Callable[[Asker, Sequence[str]], Awaitable[list[Any]]]:
    async def effect(ask: Asker, values: Sequence[str]) -> list[Any]:
        user, learner = await ask.learner()
        certificate = await store_certificate(ask, user.id)
        await printed(ask, learner, certificate.id, PrintFormat.MARKDOWN.value)
        ask.clock.forward(seconds=timedelta(days=8).total_seconds())
        await printed(ask, learner, await an_enrolment(ask, learner), PrintFormat.PDF.value)
        await printed(ask, learner, await a_chat(ask, learner), PrintFormat.MARKDOWN.value)
        await printed(ask, learner, await a_thread(ask, learner), PrintFormat.MARKDOWN.value)
        await _a_failed_one(ask, learner)
        await requested(ask, learner, certificate.id)
        return [[each["id"] for each in await mine(ask, learner, **{name: value})] for value in values]

    return effect


EFFECTS: dict[str, Callable[[Asker, Sequence[str]], Awaitable[list[Any]]]] = {
    "Viewer.certificates(state:) CertificateState": of_certificate_state,
    "PrintDocumentInput.format PrintFormat": of_format,
    "Viewer.printouts(state:) PrintoutState": of_own("state"),
    "Viewer.printouts(format:) PrintFormat": of_own("format"),
    "Viewer.printouts(target:) PrintTarget": of_own("target"),
}
