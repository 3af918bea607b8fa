"""The demo certificate: what a developer finds in a new database."""

from domain.accounts.users import Role
from gateway.commands.demo import demo_certificate
from tests.support.clients.certificates import MINE
from tests.support.schema_client import Asker


async def test_the_demo_learner_has_a_certificate_of_a_finished_roadmap(ask: Asker) -> None:
    await ask.learner(handle=demo_certificate.AUTHOR, roles=[Role.LEARNER, Role.AUTHOR])
    _, learner = await ask.learner(handle=demo_certificate.LEARNER)

    await demo_certificate.certify(ask.postgres)

    (certificate,) = (await ask.data(MINE, learner))["viewer"]["certificates"]["nodes"]
    assert certificate["state"] == "VALID"


async def test_there_is_none_without_the_demo_accounts(ask: Asker) -> None:
    await ask.learner(handle=demo_certificate.AUTHOR, roles=[Role.LEARNER, Role.AUTHOR])

    await demo_certificate.certify(ask.postgres)

    assert (await ask.data('{ roadmap(by: {slug: "first-week"}) { id } }'))["roadmap"] is None
