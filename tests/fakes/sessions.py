"""Sessions and access revocation in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.accounts.access_revocation import AccessChange, Changes, TokenClaims
from domain.authentication.sessions import Session, Spent
from domain.errors import NotFoundError
from domain.ids import SessionId, UserId


class FakeSessions:
    """Sessions in a dict by id, tokens by hash with their session and when they were spent."""

    def __init__(self) -> None:
        self._sessions: dict[SessionId, Session] = {}
        self._revoked: set[SessionId] = set()
        self._tokens: dict[str, tuple[SessionId, datetime | None]] = {}

    async def add(self, session: Session, *, token_hash: str) -> None:
        self._sessions[session.id] = session
        self._tokens[token_hash] = (session.id, None)

    async def spend(self, token_hash: str, *, now: datetime) -> Spent | None:
        session_id, spent_before = self._tokens.get(token_hash, (None, None))
        if session_id is None or not self._is_open(session_id, now):
            return None
        self._tokens[token_hash] = (session_id, spent_before or now)
        return Spent(session=self._sessions[session_id], spent_before=spent_before)

    async def succeed(self, session: Session, *, token_hash: str) -> None:
        self._tokens.setdefault(token_hash, (session.id, None))
        self._sessions[session.id] = session

    async def is_unspent(self, token_hash: str) -> bool:
        return token_hash in self._tokens and self._tokens[token_hash][1] is None

    async def open_by_users(
        self, ids: Sequence[UserId], *, viewer_id: UserId, now: datetime
    ) -> list[list[Session]]:
        found = [s for s in self._sessions.values() if s.user_id == viewer_id and self._is_open(s.id, now)]
        found.sort(key=lambda session: (session.last_used_at, session.id), reverse=True)
        return [found if user_id == viewer_id else [] for user_id in ids]

    async def by_ids(
        self, ids: Sequence[SessionId], *, viewer_id: UserId, now: datetime
    ) -> list[Session | None]:
        mine = {
            s.id: s for s in self._sessions.values() if s.user_id == viewer_id and self._is_open(s.id, now)
        }
        return [mine.get(id_) for id_ in ids]

    async def end(self, ids: Sequence[SessionId], *, user_id: UserId, now: datetime) -> list[Session]:
        ended = [
            session
            for session in self._sessions.values()
            if session.id in ids and session.user_id == user_id and self._is_open(session.id, now)
        ]
        self._revoked |= {session.id for session in ended}
        return ended

    async def knows_device(self, user_id: UserId, device: str | None, *, since: datetime) -> bool | None:
        had = [s for s in self._sessions.values() if s.user_id == user_id]
        return any(s.device == device and s.last_used_at >= since for s in had) if had else None

    async def forget(self, *, unused_since: datetime) -> None:
        gone = {
            s.id
            for s in self._sessions.values()
            if s.last_used_at < unused_since and (s.id in self._revoked or s.expires_at < unused_since)
        }
        self._sessions = {id_: s for id_, s in self._sessions.items() if id_ not in gone}
        self._tokens = {
            hash_: (session_id, spent_at)
            for hash_, (session_id, spent_at) in self._tokens.items()
            if session_id not in gone and (spent_at is None or spent_at >= unused_since)
        }

    def _is_open(self, session_id: SessionId, now: datetime) -> bool:
        return session_id not in self._revoked and self._sessions[session_id].expires_at > now


class FakeAccess:
    """Claims by user, changes in a list; every call is a transaction of its own."""

    def __init__(self, claims_of: dict[UserId, TokenClaims]) -> None:
        self.claims_of = claims_of
        self.changes: list[tuple[AccessChange, datetime]] = []

    async def claims(self, user_id: UserId) -> TokenClaims | None:
        return self.claims_of.get(user_id)

    async def raise_version(self, user_id: UserId) -> int:
        if user_id not in self.claims_of:
            raise NotFoundError("There is no such user.")
        version = self.claims_of[user_id].version + 1
        self.claims_of[user_id] = replace(self.claims_of[user_id], version=version)
        return version

    async def note(self, change: AccessChange, *, now: datetime) -> None:
        self.changes.append((change, now))

    async def since(self, mark: int, *, earliest: datetime) -> Changes:
        found = [change for change, happened_at in self.changes[mark:] if happened_at >= earliest]
        return Changes(changes=found, mark=len(self.changes))

    async def forget(self, *, before: datetime) -> None:
        self.changes = [noted for noted in self.changes if noted[1] >= before]
