"""Commands `quizzes withdraw|restore` and `roadmaps archive|restore`: content by slug, whoever is its author."""

import argparse

from domain.acts import Act, by_platform
from domain.content.quizzes import Quiz
from domain.content.releases import publishing, withdrawal
from domain.content.roadmaps import Roadmap
from domain.content.work import ContentWork
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.commands import stores
from gateway.commands.errors import CommandError
from gateway.settings.environment import Settings


async def withdraw_quiz(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Let a quiz take no new attempts; open ones go on."""
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        quiz = await withdrawal.withdraw_as_operator(work, _act(), await _quiz(work, arguments.slug))
    print(f"{quiz.slug} is withdrawn since {quiz.withdrawn_at:%Y-%m-%d %H:%M}.")
    return 0


async def restore_quiz(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Let a withdrawn quiz take attempts again."""
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        quiz = await withdrawal.restore_as_operator(work, _act(), await _quiz(work, arguments.slug))
    print(f"{quiz.slug} takes attempts.")
    return 0


async def archive_roadmap(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Take a roadmap off the lists; enrolled learners keep their version."""
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        roadmap = await publishing.archive_as_operator(work, _act(), await _roadmap(work, arguments.slug))
    print(f"{roadmap.slug} is archived.")
    return 0


async def restore_roadmap(_settings: Settings, url: str, arguments: argparse.Namespace) -> int:
    """Make the version of a roadmap that was archived last the current one again."""
    async with stores.opened(url) as postgres, postgres.open_work(Meter()) as work:
        roadmap = await publishing.restore_as_operator(work, _act(), await _roadmap(work, arguments.slug))
    print(f"{roadmap.slug} is published.")
    return 0


async def _quiz(work: ContentWork, slug: str) -> Quiz:
    found = await work.quizzes.by_slug(slug)
    locked = None if found is None else await work.quizzes.lock(found.id)
    if locked is None:
        raise CommandError("No quiz has this slug.")
    return locked


async def _roadmap(work: ContentWork, slug: str) -> Roadmap:
    locked = await work.roadmaps.lock_by_slug(slug)
    if locked is None:
        raise CommandError("No roadmap has this slug.")
    return locked


def _act() -> Act:
    return by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
