"""Account look-up for commands: by e-mail address or handle."""

from domain.accounts.email_addresses import sought_email
from domain.accounts.roles import AdminUser, AdminUserFilter
from domain.accounts.users import Role
from domain.ids import UserId
from domain.paging import window
from domain.work import Work
from gateway import secrets_and_ids
from gateway.commands.errors import CommandError

_TWO = 2


async def account(work: Work, name: str) -> AdminUser:
    """Return the account with this e-mail address or handle; raises CommandError."""
    user_id = await _user_id(work, name.strip())
    found = await work.roles.account(user_id, now=secrets_and_ids.now()) if user_id is not None else None
    if found is None or found.erased_at is not None:
        raise CommandError("No account has this e-mail address or handle.")
    return found


async def author(work: Work, name: str | None) -> UserId:
    """Return the author of this name, or the only one if there is no name; raises CommandError."""
    if name is None:
        return await _only_author(work)
    found = await account(work, name)
    if found.suspension is not None:
        raise CommandError("This account is suspended; --author takes one that may act.")
    if not {Role.AUTHOR, Role.ADMIN} & set(found.roles):
        raise CommandError("This account is no AUTHOR; grant the role first: questpath users grant")
    return found.user_id


async def _only_author(work: Work) -> UserId:
    authors = await work.roles.page(
        AdminUserFilter(role=Role.AUTHOR, suspended=False), window(first=_TWO), now=secrets_and_ids.now()
    )
    if not authors.nodes:
        raise CommandError("There is no author; create one: questpath create-user EMAIL HANDLE --role AUTHOR")
    if len(authors.nodes) == _TWO:
        raise CommandError("There are several authors; name the one of this file: --author EMAIL or HANDLE")
    return authors.nodes[0].user_id


async def _user_id(work: Work, name: str) -> UserId | None:
    if "@" in name:
        credentials = await work.credentials.by_email(sought_email(name))
        return None if credentials is None else credentials.user_id
    user = await work.users.by_handle(name)
    return None if user is None else user.id
