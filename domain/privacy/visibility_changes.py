"""Visibility changes: users set who sees which field of their profile, and whether they appear on leaderboards."""

from domain.accounts import audit
from domain.accounts.audit import AuditAction
from domain.accounts.profile_visibility import Privacy, ProfileVisibility
from domain.acts import Act
from domain.edits import UNCHANGED, Edit, mandatory
from domain.errors import NotFoundError
from domain.gamification import leaderboard_projection
from domain.privacy.work import PrivacyWork
from domain.refusals import all_at_once


async def update_privacy(
    work: PrivacyWork,
    act: Act,
    *,
    avatar_url: Edit[ProfileVisibility | None] = UNCHANGED,
    bio: Edit[ProfileVisibility | None] = UNCHANGED,
    joined_at: Edit[ProfileVisibility | None] = UNCHANGED,
    on_boards: Edit[bool | None] = UNCHANGED,
) -> Privacy:
    """Change the settings that were sent, and no others; subscribers of leaderboards see a change at once."""
    before = await work.privacies.lock(act.user_id)
    if before is None:
        raise NotFoundError("There is no such user.")
    with all_at_once() as each:
        with each:
            shows_avatar = mandatory(avatar_url, before.avatar_url, field="avatarUrl")
        with each:
            shows_bio = mandatory(bio, before.bio, field="bio")
        with each:
            shows_joined_at = mandatory(joined_at, before.joined_at, field="joinedAt")
        with each:
            is_on_boards = mandatory(on_boards, before.on_boards, field="onBoards")
    after = Privacy(
        user_id=act.user_id,
        avatar_url=shows_avatar,
        bio=shows_bio,
        joined_at=shows_joined_at,
        on_boards=is_on_boards,
    )
    if after == before:
        return after
    await work.privacies.save(after)
    if after.on_boards != before.on_boards:
        await leaderboard_projection.set_on_boards(
            work.boards_projection,
            user_id=act.user_id,
            on_boards=after.on_boards,
            now=act.now,
            emit=work.emit,
        )
    difference = _difference(before, after)
    await audit.record(
        work.audit, act, AuditAction.PRIVACY_CHANGED, target=act.user_id, difference=difference
    )
    return after


def _difference(before: Privacy, after: Privacy) -> dict[str, str | None]:
    changed: dict[str, str | None] = {
        name: getattr(after, name).value
        for name in ("avatar_url", "bio", "joined_at")
        if getattr(after, name) is not getattr(before, name)
    }
    if after.on_boards != before.on_boards:
        changed["on_boards"] = str(after.on_boards).lower()
    return changed
