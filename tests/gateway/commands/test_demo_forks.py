"""The demo fork: what a developer finds in a new database."""

from domain.accounts.users import Role
from gateway.commands.demo import demo_forks
from tests.support.clients.collaborators import mine
from tests.support.clients.drafts import add, create_roadmap, edited
from tests.support.clients.evidence import waiting
from tests.support.clients.migrations import publish
from tests.support.schema_client import Asker


async def test_the_demo_fork_has_evidence_that_waits_and_an_invitation(ask: Asker) -> None:
    _, author = await ask.learner(handle=demo_forks.AUTHOR, roles=[Role.LEARNER, Role.AUTHOR])
    _, reviewer = await ask.learner(handle=demo_forks.REVIEWER)
    await ask.learner(handle=demo_forks.LEARNER)
    made = await create_roadmap(ask, author, slug=demo_forks.ORIGIN)
    await edited(ask, author, made["version"], add("a"))
    await publish(ask, author, made["roadmap"]["id"])

    await demo_forks.fork(ask.postgres)

    text = 'query { roadmap(by: {slug: "%s"}) { id title forkedFrom { slug } } }' % demo_forks.SLUG
    fork = (await ask.data(text, author))["roadmap"]
    assert (fork["title"], fork["forkedFrom"]) == ("The web in a week", {"slug": demo_forks.ORIGIN})
    (evidence,) = await waiting(ask, author, fork["id"])
    assert evidence["learner"] == {"handle": demo_forks.LEARNER}
    assert [each["role"] for each in await mine(ask, reviewer)] == ["REVIEWER"]


async def test_there_is_no_demo_fork_without_its_origin(ask: Asker) -> None:
    _, author = await ask.learner(handle=demo_forks.AUTHOR, roles=[Role.LEARNER, Role.AUTHOR])

    await demo_forks.fork(ask.postgres)

    text = 'query { roadmap(by: {slug: "%s"}) { id } }' % demo_forks.SLUG
    assert (await ask.data(text, author))["roadmap"] is None
