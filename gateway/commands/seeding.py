"""Demo content and demo accounts, brought in once by the same verbs that authors and learners use."""

from pathlib import Path

import structlog

from domain import users
from domain.entities import entity
from domain.errors import NotFoundError
from domain.ids import UserId
from domain.import_findings import ImportReport
from domain.imports import question_imports, roadmap_imports
from domain.users import Role
from domain.work import Meter
from gateway import security
from gateway.accounts.passwords import Argon2Passwords
from gateway.commands import demo_activity
from persistence.work import Postgres

CONTENT = Path(__file__).parent.parent.parent / "content"
PASSWORD = "a quest for every day"
_log = structlog.get_logger("gateway.commands.seeding")


@entity
class DemoAccount:
    """An account whose password everyone knows; for development only."""

    handle: str
    display_name: str
    roles: list[Role]

    @property
    def email(self) -> str:
        """Its address; example domains never receive mail."""
        return f"{self.handle}@questpath.example"


AUTHOR = DemoAccount(handle="noor", display_name="Noor", roles=[Role.LEARNER, Role.AUTHOR])
ACCOUNTS = [
    AUTHOR,
    DemoAccount(handle="ada", display_name="Ada", roles=[Role.LEARNER]),
    DemoAccount(handle="grace", display_name="Grace", roles=[Role.LEARNER]),
    DemoAccount(handle="milo", display_name="Milo", roles=[Role.LEARNER, Role.MODERATOR]),
    DemoAccount(handle="root", display_name="Root", roles=[Role.LEARNER, Role.ADMIN]),
]


async def seed(postgres: Postgres) -> None:
    """Create the demo accounts and import `content/`, unless the last account shows that it was done."""
    async with postgres.open_reads(Meter()) as reads:
        if await reads.users.by_handle(ACCOUNTS[-1].handle) is not None:
            return
    passwords = Argon2Passwords()
    author_id = await _account(postgres, passwords, AUTHOR)
    for kind, folder in (("questions", "questions"), ("roadmap", "roadmaps")):
        for path in sorted((CONTENT / folder).glob("*.json")):
            report = await import_text(postgres, kind=kind, text=path.read_text("utf-8"), author_id=author_id)
            _log.info("imported", file=path.name, accepted=report.accepted, refused=len(report.refused))
    for account in ACCOUNTS[1:]:
        await _account(postgres, passwords, account)
        await demo_activity.play(postgres, handle=account.handle, content=CONTENT, now=security.now())


async def import_text(
    postgres: Postgres,
    *,
    kind: str,
    text: str,
    author_id: UserId | None = None,
    dry_run: bool = False,
    exam_type_code: str | None = None,
    title: str | None = None,
) -> ImportReport:
    """Import one file in one transaction, in the name of `author_id` or of the first author."""
    async with postgres.open_work(Meter()) as work:
        author = author_id or await work.users.first_with(Role.AUTHOR)
        if author is None:
            raise NotFoundError(
                "There is no author; create one: questpath create-user EMAIL HANDLE --role AUTHOR"
            )
        if kind == "roadmap":
            return await roadmap_imports.import_roadmap(
                work, text=text, author_id=author, now=security.now(), mint=security.mint, dry_run=dry_run
            )
        return await question_imports.import_questions(
            work,
            text=text,
            author_id=author,
            now=security.now(),
            mint=security.mint,
            dry_run=dry_run,
            exam_type_code=exam_type_code,
            title=title,
        )


def accounts_table() -> str:
    """Tell the demo accounts, for a terminal."""
    rows = [
        f"  {account.email:<28} {', '.join(role.value for role in account.roles)}" for account in ACCOUNTS
    ]
    return "\n".join([f"Demo accounts (password: {PASSWORD}):", *rows])


def told(report: ImportReport) -> str:
    """Tell a report, a line for each item that was refused or lost."""
    lines = [f"{report.accepted} accepted, {len(report.refused)} refused, {len(report.losses)} losses."]
    if report.unchanged:
        lines.append("The same file was imported before; nothing changed.")
    lines += [f"refused, line {issue.line}: {issue.item}: {issue.reason}" for issue in report.refused]
    lines += [f"lost, line {issue.line}: {issue.item}: {issue.reason}" for issue in report.losses]
    return "\n".join(lines)


async def _account(postgres: Postgres, passwords: Argon2Passwords, account: DemoAccount) -> UserId:
    async with postgres.open_reads(Meter()) as reads:
        known = await reads.users.by_handle(account.handle)
    if known is not None:
        return known.id
    new = await users.new_user(
        mint=security.mint,
        now=security.now(),
        passwords=passwords,
        email=account.email,
        password=PASSWORD,
        handle=account.handle,
        display_name=account.display_name,
        time_zone="UTC",
        roles=account.roles,
    )
    async with postgres.open_work(Meter()) as work:
        return (await work.users.add(new)).id
