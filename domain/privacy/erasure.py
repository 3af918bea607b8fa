"""Erasure: after the grace period a workflow revokes the access of an account, anonymises it, and verifies that."""

from collections.abc import Callable
from datetime import timedelta

from domain.accounts import access_revocation, audit
from domain.accounts.audit import AuditAction
from domain.acts import Act
from domain.entities import entity
from domain.errors import DomainError
from domain.ids import UserId
from domain.jobs.job_kinds import JobKind, RetryPolicy
from domain.privacy.deletion import HANDLE_BYTES
from domain.privacy.work import PrivacyWork
from domain.workflows import workflow_starts
from domain.workflows.vocabulary import Vocabulary
from domain.workflows.workflow_starts import WorkflowRequest

TEMPLATE = "account_erasure"
REVOKED, ERASED, NOT_DUE = "REVOKED", "ERASED", "NOT_DUE"
"""The outcomes of steps. NOT_DUE: the user has cancelled the deletion meanwhile, or it is done."""
AGAIN_AFTER = timedelta(hours=1)
"""How long after an erasure has failed another one begins."""
_QUEUE = "maintenance"


@entity
class ErasureArguments:
    """Whose account."""

    user_id: UserId


class ErasureIncompleteError(DomainError):
    """Rows that an erasure removes are there after it."""

    code = "ERASURE_INCOMPLETE"


def _kind(name: str, description: str, **result: type) -> JobKind:
    return JobKind(
        name=name,
        description=description,
        queue=_QUEUE,
        arguments=ErasureArguments,
        retries=RetryPolicy(base=timedelta(seconds=10), cap=timedelta(minutes=5)),
        result=result,
    )


REVOKE_ACCESS = _kind(
    "revoke_access", "Voids the access tokens of an account that is to be erased.", outcome=str
)
ERASE_ACCOUNT = _kind("erase_account", "Anonymises an account whose grace period is over.", outcome=str)
VERIFY_ERASURE = _kind("verify_erasure", "Looks whether rows are left that an erasure removes.")


async def start_next(work: PrivacyWork, act: Act, vocabulary: Vocabulary) -> UserId | None:
    """Start the erasure of one account whose grace period is over; return its id, or None if there is none.

    An account whose erasure goes on, or has failed within the last hour, is left out.
    """
    user_id = await work.deletions.due(now=act.now, failed_before=act.now - AGAIN_AFTER)
    if user_id is not None:
        asked = WorkflowRequest(template=TEMPLATE, inputs={"user_id": user_id}, user_id=user_id)
        await workflow_starts.start_shipped(work, act, vocabulary, asked)
    return user_id


async def revoke(work: PrivacyWork, act: Act, arguments: ErasureArguments) -> str:
    """Void the access tokens of an account if it is due; return the outcome."""
    await work.roles.lock()
    if not await work.deletions.lock_due(arguments.user_id, now=act.now):
        return NOT_DUE
    await access_revocation.revoke(work.access, act, user_id=arguments.user_id, emit=work.emit)
    return REVOKED


async def erase(
    work: PrivacyWork, act: Act, arguments: ErasureArguments, *, randomness: Callable[[int], bytes]
) -> str:
    """Anonymise an account if it is due; return the outcome.

    It is one transaction: if a process dies, the account is unchanged and the next run starts over. Access is revoked
    in it once more, because the user may have signed in since.
    """
    await work.roles.lock()  # first, as in every change of accounts, so that no roles are set meanwhile
    user_id = arguments.user_id
    if not await work.deletions.lock_due(user_id, now=act.now):
        return NOT_DUE
    await access_revocation.revoke(work.access, act, user_id=user_id, emit=work.emit)
    handle = f"deleted_{randomness(HANDLE_BYTES).hex()}"
    await work.deletions.anonymise(user_id, handle=handle, now=act.now)
    await work.audit.forget(user_id)
    await audit.record(work.audit, act, AuditAction.ACCOUNT_ANONYMISED, target=user_id)
    return ERASED


async def verify(work: PrivacyWork, _act: Act, arguments: ErasureArguments) -> None:
    """Raise ErasureIncompleteError, with the names of the tables, where rows are left that an erasure removes."""
    left = await work.deletions.left(arguments.user_id)
    if left:
        raise ErasureIncompleteError(
            f"There are rows left in {', '.join(left)}; retry the erasure from erase."
        )
