"""Certificates through the schema in tests: finishing a roadmap, and what is issued for it."""

from typing import Any

from domain.accounts.users import Role, Viewer
from tests.builders import mint
from tests.support.accounts import accepted, mutate
from tests.support.clients.drafts import add, create_roadmap, edited
from tests.support.clients.migrations import enrolment_of, publish
from tests.support.clients.roadmaps import enrol
from tests.support.schema_client import Asker

CERTIFICATE = """certificate { id code name title versionNumber steps checkedSteps completedAt issuedAt state endedAt
  reason pageUrl credentialUrl roadmap { id } }"""
MINE = """query ($state: CertificateState, $roadmap: ID) { viewer { certificates(state: $state, roadmapId: $roadmap) {
  nodes { id code state reason } } } }"""
BY_CODE = """query ($code: String!) { certificate(code: $code) {
  id code name title state endedAt reason pageUrl roadmap { id } } }"""


async def an_enrolment(ask: Asker, learner: Viewer, *, steps: int = 2, title: str = "Knots") -> str:
    """Let the learner enrol in a new roadmap of another author's; return the id of the roadmap."""
    _, author = await ask.learner(roles=[Role.LEARNER, Role.AUTHOR])
    made = await create_roadmap(ask, author, slug=mint("certified").lower().replace("_", "-"), title=title)
    await edited(ask, author, made["version"], *(add(f"n{number}") for number in range(steps)))
    await publish(ask, author, made["roadmap"]["id"])
    roadmap_id: str = made["roadmap"]["id"]
    await enrol(ask, learner, roadmap_id, key=mint("key"))
    return roadmap_id


async def finish(ask: Asker, learner: Viewer, roadmap_id: str) -> str:
    """Do every step of an enrolment; return its id."""
    enrolment = await enrolment_of(ask, learner, roadmap_id)
    for node in enrolment["pinnedVersion"]["nodes"]:
        await accepted(
            ask, learner, "setNodeState", enrolmentId=enrolment["id"], nodeId=node["id"], state="DONE"
        )
    found: str = enrolment["id"]
    return found


async def issue(ask: Asker, learner: Viewer, enrolment_id: str, name: str = "Ada Lovelace") -> dict[str, Any]:
    return await mutate(ask, learner, "issueCertificate", CERTIFICATE, enrolmentId=enrolment_id, name=name)


async def a_certificate(ask: Asker, learner: Viewer, **values: Any) -> dict[str, Any]:
    """Let the learner finish a roadmap; return the certificate."""
    roadmap_id = await an_enrolment(ask, learner, **values)
    payload = await issue(ask, learner, await finish(ask, learner, roadmap_id))
    assert payload["userErrors"] == [], payload
    found: dict[str, Any] = payload["certificate"]
    return found
