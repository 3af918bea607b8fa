"""Account transfers: the data export of a user becomes an account of another instance, and never twice."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from domain import text
from domain.accounts import email_addresses, profile_rules, web_addresses
from domain.accounts.users import NewUser, Role
from domain.acts import Act
from domain.authentication import registration
from domain.errors import InvalidInputError
from domain.gamification import xp
from domain.gamification.xp import XpEntry, XpReason, XpStatus
from domain.ids import UserId, XpEntryId
from domain.privacy import exports
from domain.privacy.account_imports import BroughtSection, ImportedAccount
from domain.privacy.work import PrivacyWork

XP = "xp_entries"
_AT_ONCE = 1_000


async def bring(work: PrivacyWork, act: Act, document: Mapping[str, Any]) -> ImportedAccount:
    """Create the account of an export, or find it, and store what it lacks.

    The ids stay, so a second time changes nothing. Raises InvalidInputErrors, EmailTakenError or HandleTakenError.
    """
    row = _own_row(document)
    user_id = UserId(row["id"])
    (known,) = await work.users.by_ids([user_id])
    if known is None:
        user = await registration.add(work, act, _new_user(row))
        await work.account_imports.complete_profile(user_id, json.dumps(_profile(row)))
        handle = user.handle
    else:
        await _refuse_erased(work, act, user_id)
        handle = known.handle
    stores = work.account_imports
    names = stores.sections()
    sections = [
        await stores.store(name, json.dumps(rows), user_id=user_id)
        for name in names
        if (rows := _rows(document, name))
    ]
    if entries := _rows(document, XP):
        sections.append(await _bring_xp(work, user_id, entries))
    known_names = {*names, XP, "users"}
    left_out = {
        name: len(rows)
        for name, rows in document.items()
        if isinstance(rows, list) and rows and name not in known_names
    }
    return ImportedAccount(
        user_id=user_id, handle=handle, is_new=known is None, sections=sections, left_out=left_out
    )


async def _refuse_erased(work: PrivacyWork, act: Act, user_id: UserId) -> None:
    account = await work.roles.account(user_id, now=act.now)
    if account is not None and account.erased_at is not None:
        raise InvalidInputError("The account was deleted here; its data does not come back.")


def _own_row(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of the user; raises InvalidInputError where the document is no export of an account."""
    if document.get("format") != exports.FORMAT:
        raise InvalidInputError(f"The file is no export of a user: its format is not {exports.FORMAT}.")
    rows = _rows(document, "users")
    if len(rows) != 1 or rows[0].get("id") != document.get("userId"):
        raise InvalidInputError("The file does not hold exactly the account of which it is the export.")
    if rows[0].get("erased_at") is not None:
        raise InvalidInputError("The account of the export was deleted.")
    return rows[0]


def _rows(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = document.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInputError(f"The section {name} is no list of rows.")
    return rows


def _new_user(row: Mapping[str, Any]) -> NewUser:
    """Return the account without a password and with no other role than LEARNER, its values checked."""
    try:
        return NewUser(
            id=UserId(str(row["id"])),
            handle=profile_rules.checked_handle(str(row["handle"])),
            display_name=text.line(str(row["display_name"]), field="displayName", longest=60),
            email=email_addresses.checked_email(str(row["email"])),
            password_hash=None,
            time_zone=profile_rules.checked_time_zone(str(row["time_zone"])),
            roles=[Role.LEARNER],
            joined_at=datetime.fromisoformat(row["joined_at"]).astimezone(UTC),
        )
    except (KeyError, ValueError, TypeError):
        raise InvalidInputError("The account of the export is not complete.") from None


def _profile(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is taken over of a profile, its words and its address checked."""
    link = row.get("avatar_url")
    return {
        **row,
        "bio": text.prose(str(row.get("bio") or ""), field="bio", longest=500),
        "avatar_url": None if link is None else web_addresses.checked_url(str(link), field="avatarUrl"),
    }


async def _bring_xp(work: PrivacyWork, user_id: UserId, rows: list[dict[str, Any]]) -> BroughtSection:
    """Store the entries of the ledger that are new, so that totals, level and boards follow."""
    entries = [_entry(row) for row in sorted(rows, key=lambda row: str(row.get("id")))]
    ids = {entry.id for entry in entries}
    own = [
        entry
        for entry in entries
        if entry.user_id == user_id and (entry.reverses_id is None or entry.reverses_id in ids)
    ]
    known = {
        entry.id for entry in await work.xp.by_ids([each.id for each in own], viewer_id=user_id) if entry
    }
    new = [entry for entry in own if entry.id not in known]
    stored = 0
    for first in range(0, len(new), _AT_ONCE):
        some = new[first : first + _AT_ONCE]
        kept = await work.xp.add(some)
        stored += sum(asked.id == entry.id for asked, entry in zip(some, kept, strict=True))
    if stored:
        work.emit(xp.ledger_signal(user_id))
    return BroughtSection(name=XP, given=len(rows), stored=stored, present=len(own) - stored)


def _entry(row: Mapping[str, Any]) -> XpEntry:
    try:
        reverses = row["reverses_id"]
        return XpEntry(
            id=XpEntryId(str(row["id"])),
            user_id=UserId(str(row["user_id"])),
            amount=int(row["amount"]),
            reason=XpReason(row["reason"]),
            source_type=str(row["source_type"]),
            source_id=str(row["source_id"]),
            rule_version=int(row["rule_version"]),
            explanation=str(row["explanation"]),
            occurred_at=datetime.fromisoformat(row["occurred_at"]).astimezone(UTC),
            local_date=date.fromisoformat(row["local_date"]),
            status=XpStatus(row["status"]),
            reverses_id=None if reverses is None else XpEntryId(str(reverses)),
        )
    except (KeyError, ValueError, TypeError):
        raise InvalidInputError("An entry of the XP ledger in the export is not complete.") from None
