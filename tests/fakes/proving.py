"""What proves who somebody is, in memory: letters, tokens, tries, addresses and identities."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from domain.external_identities import Flow, IdentityTakenError
from domain.holders import Holder
from domain.ids import UserId
from domain.mails import Mail, NewMail
from domain.one_time_tokens import OneTimeToken, TokenPurpose
from domain.throttles import Limit
from domain.users import EmailTakenError, NewUser


@dataclass
class _Letter:
    mail: Mail
    due_at: datetime | None = None
    done_at: datetime | None = None


class FakeMails:
    """Letters in a list."""

    def __init__(self) -> None:
        self.letters: list[_Letter] = []

    async def add(self, mail: NewMail) -> None:
        self.letters.append(
            _Letter(
                Mail(
                    id=len(self.letters) + 1,
                    to=mail.to,
                    kind=mail.kind,
                    subject=mail.subject,
                    body=mail.body,
                    tries=0,
                )
            )
        )

    async def take(self, *, now: datetime, until: datetime, limit: int) -> list[Mail]:
        due = [a for a in self.letters if not a.done_at and (a.due_at is None or a.due_at <= now)][:limit]
        for letter in due:
            letter.mail = replace(letter.mail, tries=letter.mail.tries + 1)
            letter.due_at = until
        return [letter.mail for letter in due]

    async def sent(self, mail_id: int, *, now: datetime) -> None:
        self._finish(mail_id, now)

    async def failed(self, mail_id: int, *, reason: str, due_at: datetime) -> None:
        self._find(mail_id).due_at = due_at

    async def given_up(self, mail_id: int, *, reason: str, now: datetime) -> None:
        self._finish(mail_id, now)

    async def forget(self, *, before: datetime) -> None:
        self.letters = [a for a in self.letters if a.done_at is None or a.done_at >= before]

    async def waiting(self) -> int:
        return sum(letter.done_at is None for letter in self.letters)

    def _finish(self, mail_id: int, now: datetime) -> None:
        letter = self._find(mail_id)
        letter.mail, letter.done_at = replace(letter.mail, body=""), now

    def _find(self, mail_id: int) -> _Letter:
        return next(letter for letter in self.letters if letter.mail.id == mail_id)


class FakeThrottles:
    """Moments of tries in a dict."""

    def __init__(self) -> None:
        self.tries: dict[str, list[datetime]] = {}
        self._ends: dict[str, datetime] = {}

    async def count(self, key: str, *, limit: Limit, now: datetime) -> datetime | None:
        counted = [at for at in self.tries.get(key, []) if at > now - limit.window]
        if len(counted) >= limit.most:
            return min(counted) + limit.window
        self.tries[key] = [*counted, now]
        self._ends[key] = now + limit.window
        return None

    async def take_back(self, key: str, *, at: datetime) -> None:
        if at in self.tries.get(key, []):
            self.tries[key].remove(at)

    async def keep(self, key: str) -> None:
        pass

    async def clear(self, key: str) -> None:
        self.tries.pop(key, None)

    async def forget(self, *, now: datetime) -> None:
        for key in [key for key, ends_at in self._ends.items() if ends_at <= now]:
            self.tries.pop(key, None)


class FakeOneTimeTokens:
    """Tokens in a dict."""

    def __init__(self) -> None:
        self._tokens: dict[str, OneTimeToken] = {}

    async def add(self, token: OneTimeToken) -> None:
        self._tokens[token.digest] = token

    async def find(self, digest: str, *, purpose: TokenPurpose, now: datetime) -> OneTimeToken | None:
        token = self._tokens.get(digest)
        return token if token and token.purpose is purpose and token.expires_at > now else None

    async def spend(self, digest: str, *, purpose: TokenPurpose, now: datetime) -> OneTimeToken | None:
        token = await self.find(digest, purpose=purpose, now=now)
        return self._tokens.pop(digest) if token else None

    async def void(self, user_id: UserId, *, purpose: TokenPurpose | None = None) -> None:
        self._keep(
            t for t in self._tokens.values() if t.user_id != user_id or purpose not in {None, t.purpose}
        )

    async def forget(self, *, now: datetime) -> None:
        self._keep(t for t in self._tokens.values() if t.expires_at > now)

    def _keep(self, tokens: Iterable[OneTimeToken]) -> None:
        self._tokens = {token.digest: token for token in list(tokens)}


class FakeHolders:
    """Holders in a dict."""

    def __init__(self, users: list[NewUser]) -> None:
        self._holders = {
            user.id: Holder(
                user_id=user.id,
                handle=user.handle,
                email=user.email,
                email_verified=False,
                password_hash=user.password_hash,
            )
            for user in users
        }

    async def by_email(self, email: str) -> Holder | None:
        return next((holder for holder in self._holders.values() if holder.email == email), None)

    async def by_id(self, user_id: UserId) -> Holder | None:
        return self._holders.get(user_id)

    async def hold(self, user_id: UserId) -> Holder | None:
        return await self.by_id(user_id)

    async def set_password(self, user_id: UserId, password_hash: str) -> None:
        self._holders[user_id] = replace(self._holders[user_id], password_hash=password_hash)

    async def rehash(self, user_id: UserId, *, old: str, new: str) -> None:
        if self._holders[user_id].password_hash == old:
            await self.set_password(user_id, new)

    async def set_verified_email(self, user_id: UserId, email: str) -> None:
        other = await self.by_email(email)
        if other is not None and other.user_id != user_id:
            raise EmailTakenError("taken")
        self._holders[user_id] = replace(self._holders[user_id], email=email, email_verified=True)

    async def free_handle(self, candidates: list[str]) -> str | None:
        taken = {holder.handle for holder in self._holders.values()}
        return next((handle for handle in candidates if handle not in taken), None)


class FakeExternalIdentities:
    """Identities and flows in dicts."""

    def __init__(self) -> None:
        self._users: dict[tuple[str, str], UserId] = {}
        self._flows: dict[str, Flow] = {}

    async def user_of(self, issuer: str, subject: str) -> UserId | None:
        return self._users.get((issuer, subject))

    async def link(self, user_id: UserId, *, issuer: str, subject: str, now: datetime) -> None:
        linked = {(known, owner) for (known, _), owner in self._users.items()}
        if (issuer, subject) in self._users or (issuer, user_id) in linked:
            raise IdentityTakenError("taken")
        self._users[issuer, subject] = user_id

    async def unlink(self, user_id: UserId) -> None:
        self._users = {identity: owner for identity, owner in self._users.items() if owner != user_id}

    async def begin(self, flow: Flow) -> None:
        self._flows[flow.state_digest] = flow

    async def finish(self, *, state_digest: str, secret_digest: str, now: datetime) -> Flow | None:
        flow = self._flows.get(state_digest)
        if flow is None or flow.secret_digest != secret_digest or flow.expires_at <= now:
            return None
        return self._flows.pop(state_digest)

    async def forget(self, *, now: datetime) -> None:
        self._flows = {digest: flow for digest, flow in self._flows.items() if flow.expires_at > now}
