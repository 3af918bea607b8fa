"""Recipients: where the notices to a learner go."""

from domain.acts import Act
from domain.ids import UserId
from domain.mail.messages import Recipient
from domain.quality.work import QualityWork


async def recipient_of(work: QualityWork, act: Act, user_id: UserId, *, public_url: str) -> Recipient | None:
    """Return where a user's mails go; None for an account without a verified address."""
    account = await work.roles.account(user_id, now=act.now)
    (user,) = await work.users.by_ids([user_id])
    if account is None or user is None or not account.email_verified:
        return None
    return Recipient(email=account.email, handle=user.handle, public_url=public_url)
