"""Seeding: imports demo content and creates demo accounts once, by the same verbs as authors and learners."""

import hashlib
from pathlib import Path

import structlog

from domain.acts import NOWHERE, Act, by_platform
from domain.authentication import registration
from domain.ids import ImportId, UserId
from domain.imports import question_imports, roadmap_imports
from domain.imports.reports import ImportKind, ImportReport
from domain.imports.runs.imports import ImportOptions, NewImport
from domain.unit_of_work import Meter
from gateway import secrets_and_ids
from gateway.authentication.password_hashing import Argon2Passwords
from gateway.commands.demo import (
    demo_activity,
    demo_campaign,
    demo_certificate,
    demo_chats,
    demo_forks,
    demo_generation,
    demo_goals,
    demo_quality,
    demo_quizzes,
    demo_study,
    demo_threads,
    demo_topics,
)
from gateway.demo_accounts import ACCOUNTS, AUTHOR, PASSWORD, DemoAccount
from gateway.imports.import_steps import ImportSteps
from gateway.uploads.media_folder import MediaFolder
from persistence.work import Postgres

CONTENT = Path(__file__).parent.parent.parent / "content"
UPLOADED = CONTENT / "gift" / "http-status-codes.gift"
_log = structlog.get_logger("gateway.commands.seeding")


async def seed(postgres: Postgres) -> None:
    """Create the demo accounts and import `content/`, unless the last account exists already."""
    async with postgres.open_reads(Meter()) as reads:
        if await reads.users.by_handle(ACCOUNTS[-1].handle) is not None:
            return
    passwords = Argon2Passwords()
    author_id = await _created_account(postgres, passwords, AUTHOR)
    for kind, folder in (("questions", "questions"), ("roadmap", "roadmaps")):
        for path in sorted((CONTENT / folder).glob("*.json")):
            report = await import_text(postgres, kind=kind, text=path.read_text("utf-8"), author_id=author_id)
            _log.info("imported", file=path.name, accepted=report.accepted, refused=len(report.refused))
    await _import_upload(postgres, author_id)
    for account in ACCOUNTS[1:]:
        await _created_account(postgres, passwords, account)
        await demo_goals.aim(postgres, handle=account.handle, now=secrets_and_ids.now())
        await demo_activity.take_quizzes(
            postgres, handle=account.handle, content=CONTENT, now=secrets_and_ids.now()
        )
        await demo_study.study(postgres, handle=account.handle, content=CONTENT, now=secrets_and_ids.now())
        await demo_chats.explore(postgres, handle=account.handle, now=secrets_and_ids.now())
    await demo_threads.write(postgres, now=secrets_and_ids.now())
    await demo_topics.explore(postgres, now=secrets_and_ids.now())
    await demo_quality.report(postgres)
    await demo_forks.fork(postgres)
    await demo_quizzes.write(postgres)
    await demo_generation.ask(postgres)
    await demo_certificate.certify(postgres)
    await demo_campaign.send(postgres)


async def import_text(
    postgres: Postgres,
    *,
    kind: str,
    text: str,
    author_id: UserId,
    dry_run: bool = False,
    exam_type_code: str | None = None,
    title: str | None = None,
) -> ImportReport:
    """Import one file of an author in one transaction."""
    async with postgres.open_work(Meter()) as work:
        act = Act(actor_id=author_id, origin=NOWHERE, now=secrets_and_ids.now(), mint=secrets_and_ids.mint)
        if kind == "roadmap":
            return await roadmap_imports.import_roadmap(work, act, text=text, dry_run=dry_run)
        return await question_imports.import_questions(
            work, act, text=text, dry_run=dry_run, exam_type_code=exam_type_code, title=title
        )


def accounts_table() -> str:
    """Return the list of demo accounts, for a terminal."""
    rows = [
        f"  {account.email:<28} {', '.join(role.value for role in account.roles)}" for account in ACCOUNTS
    ]
    return "\n".join([f"Demo accounts (password: {PASSWORD}):", *rows])


async def _import_upload(postgres: Postgres, author_id: UserId) -> None:
    """Import a file as a worker imports an upload, so that the author's list of imports has one with a loss."""
    new = NewImport(
        id=ImportId(secrets_and_ids.mint("import")),
        author_id=author_id,
        kind=ImportKind.QUESTIONS,
        filename=UPLOADED.name,
        file_hash=hashlib.sha256(UPLOADED.read_bytes()).hexdigest(),
        options=ImportOptions(title="Status codes of HTTP"),
        upload_id=None,
        workflow_id=None,
    )
    async with postgres.open_work(Meter()) as work:
        await work.imports.add(new, now=secrets_and_ids.now())
    steps = ImportSteps(
        import_id=new.id,
        open_work=lambda: postgres.open_work(Meter()),
        open_file=lambda _: UPLOADED.open("rb"),
        now=secrets_and_ids.now,
        mint=secrets_and_ids.mint,
        media_files=MediaFolder(UPLOADED.parent),  # GIFT brings no images
    )
    for step in (steps.check, steps.stage, steps.keep):
        await step()


async def _created_account(postgres: Postgres, passwords: Argon2Passwords, account: DemoAccount) -> UserId:
    async with postgres.open_reads(Meter()) as reads:
        known = await reads.users.by_handle(account.handle)
    if known is not None:
        return known.id
    new = await registration.new_user(
        by_platform(now=secrets_and_ids.now(), mint=secrets_and_ids.mint),
        passwords,
        email=account.email,
        password=PASSWORD,
        handle=account.handle,
        display_name=account.display_name,
        time_zone="UTC",
        roles=account.roles,
    )
    async with postgres.open_work(Meter()) as work:
        return (await work.users.add(new)).id
