"""Context: the caller of one operation (or one subscription event), and the ports that its resolvers use."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from aiodataloader import DataLoader

from domain.accounts.users import Viewer
from domain.acts import Act, Origin
from domain.ai.assistants import Assistant
from domain.authentication.external_identities import Provider
from domain.authentication.passwords import Passwords
from domain.authentication.sessions import SessionLifetime
from domain.campaigns.campaign_mails import CampaignSender
from domain.campaigns.email_templates import TemplateLanguage
from domain.errors import DomainError, UnauthenticatedError
from domain.feature_flags.flags import Flags
from domain.ids import AttemptId, Mint, UserId
from domain.jobs.backup_jobs import Backups
from domain.mail.mail_keys import MailKeys
from domain.mail.mails import MailTransport
from domain.media.media_files import MediaFiles
from domain.printouts.printers import Printing
from domain.rate_limits.current_limits import RateLimits
from domain.service_status.dependencies import Breakers
from domain.service_status.reports import StatusView
from domain.signals import Signals
from domain.spaced_review.memory import Schedulers
from domain.unit_of_work import Meter
from domain.uploads.upload_files import UploadFiles
from domain.uploads.uploads import UploadLimits
from domain.webhooks.ports import WebhookPorts
from domain.work import OpenWork, Work
from domain.workflows.vocabulary import Conditions
from resolvers.batches import MOST_KEYS, Batch
from resolvers.live.board_feed import BoardFeed
from resolvers.public_nodes import PublicNodes
from resolvers.refusing_work import refusing_work
from resolvers.request_info import RequestInfo
from resolvers.submit_batcher import SubmitBatcher


class AccessTokens(Protocol):
    """Issues access tokens, which the gateway verifies."""

    def issue(self, viewer: Viewer, *, now: datetime, until: datetime | None = None) -> tuple[str, datetime]:
        """Return a signed token and when it expires, `until` at the latest."""


@dataclass(slots=True)
class Ports:
    """What the gateway provides to every operation; one object per process. `coordinates` are those of the schema."""

    open_reads: OpenWork
    open_step: OpenWork
    open_work: OpenWork
    signals: Signals
    passwords: Passwords
    tokens: AccessTokens
    refresh_secret: bytes
    mail_keys: MailKeys
    now: Callable[[], datetime]
    mint: Mint
    conditions: Conditions
    breakers: Breakers
    flags: Flags
    service_status: StatusView
    webhooks: WebhookPorts
    template_language: TemplateLanguage
    upload_files: UploadFiles
    media_files: MediaFiles
    schedulers: Schedulers
    assistant: Assistant
    printing: Printing
    previous_refresh_secrets: tuple[bytes, ...] = ()
    session_lifetime: SessionLifetime = field(default_factory=SessionLifetime)
    randomness: Callable[[int], bytes] = os.urandom
    boards: BoardFeed = field(default_factory=BoardFeed)
    public_nodes: PublicNodes = field(default_factory=PublicNodes)
    coordinates: frozenset[str] = frozenset()
    public_url: str = "http://localhost:8000"
    api_url: str = "http://localhost:8000"
    google: Provider | None = None
    watch: "Callable[[Context], AbstractContextManager[None]] | None" = None
    rate_limits: RateLimits | None = None
    mail_transport: MailTransport | None = None
    backups: Backups | None = None
    upload_limits: UploadLimits = field(default_factory=UploadLimits)
    campaign_mails_per_second: int = 10
    submit_batcher: SubmitBatcher = field(init=False)

    def __post_init__(self) -> None:
        self.submit_batcher = SubmitBatcher(self.open_step, self.open_work, self.mint)

    @property
    def campaign_sender(self) -> CampaignSender:
        """What sends campaigns."""
        return CampaignSender(
            language=self.template_language,
            public_url=self.public_url,
            api_url=self.api_url,
            secret=self.refresh_secret,
            per_second=self.campaign_mails_per_second,
        )


@dataclass(slots=True)
class Context:
    """The context of one operation. `refused` maps the coordinates that the caller may not read to their error codes.

    `find_request` is called once, and only if a resolver needs the request info: most operations do not. `cost` is what
    the operation was charged. `last_event_id` is the id of the last event that the client of a
    stream has received. `events` are what the log names besides the operation. `answered` is the attempt to which the
    operation has saved an answer last. `commits` is the number of committed transactions.
    """

    ports: Ports
    viewer: Viewer | None
    request_id: str
    refused: dict[str, str] = field(default_factory=dict)
    meter: Meter = field(default_factory=Meter)
    find_request: Callable[[], RequestInfo] = RequestInfo
    read_request: RequestInfo | None = None
    cost: int = 0
    last_event_id: str | None = None
    events: list[dict[str, Any]] | None = None
    answered: AttemptId | None = None
    commits: int = 0
    _loaders: dict[Any, "DataLoader[Any, Any]"] = field(default_factory=dict)

    @property
    def user_id(self) -> UserId:
        """The caller's id; raises UnauthenticatedError for an anonymous caller, whom access rules refuse before."""
        return self.caller.user_id

    @property
    def viewer_id(self) -> UserId | None:
        """The caller's id; None for an anonymous caller."""
        return self.viewer.user_id if self.viewer else None

    @property
    def caller(self) -> Viewer:
        """The authenticated caller; raises UnauthenticatedError for an anonymous caller."""
        if self.viewer is None:
            raise UnauthenticatedError("Sign in and send the access token.")
        return self.viewer

    @property
    def request_info(self) -> RequestInfo:
        """The request that the operation came with."""
        if self.read_request is None:
            self.read_request = self.find_request()
        return self.read_request

    @property
    def origin(self) -> Origin:
        """The origin of the operation, for the audit log."""
        session_id = self.viewer.session_id if self.viewer else None
        return Origin(address=self.request_info.masked_address, session_id=session_id)

    def act(self) -> Act:
        """Return the act of this operation: its actor, origin, time and id generator."""
        by_key = self.viewer is not None and self.viewer.scopes is not None
        return Act(
            actor_id=self.viewer_id, origin=self.origin, now=self.now(), mint=self.ports.mint, by_key=by_key
        )

    def now(self) -> datetime:
        """Return the current time, UTC."""
        return self.ports.now()

    def open_reads(self) -> AbstractAsyncContextManager[Work]:
        """Open the stores for one batch or one root read."""
        return self.ports.open_reads(self.meter)

    @asynccontextmanager
    async def open_work(self) -> AsyncIterator[Work]:
        """Open one transaction; the loaders forget what they loaded once it is committed."""
        async with self.ports.open_work(self.meter) as work:
            yield work
        self.commits += 1
        self.forget()

    def refusing(self, refusals: list[DomainError]) -> "Context":
        """Return a context whose stores raise the refusals at every call, so that nothing is read or changed."""
        opened = partial(refusing_work, refusals)
        ports = replace(self.ports, open_reads=opened, open_step=opened, open_work=opened)
        return replace(self, ports=ports, _loaders={})

    def watched(self) -> AbstractContextManager[None]:
        """Return the block in which an event of a subscription is executed, which may be traced."""
        return nullcontext() if self.ports.watch is None else self.ports.watch(self)

    async def load(self, batch: Batch, key: Any, **arguments: Any) -> Any:
        """Load one key through its batch, together with all keys that are loaded in the same turn of the event loop."""
        name = (batch, *arguments.items())
        loader = self._loaders.get(name)
        if loader is None:
            loader = self._loaders[name] = DataLoader(
                partial(self._load, batch, arguments), max_batch_size=MOST_KEYS
            )
        # Shielded, because graphql-core cancels the siblings of a failed field, and other fields await this key too.
        return await asyncio.shield(loader.load(key))

    async def _load(self, batch: Batch, arguments: dict[str, Any], keys: list[Any]) -> list[Any]:
        meter = self.meter
        meter.batches += 1
        meter.keys += len(keys)
        if meter.trace is None:
            return await batch.load(self, keys, **arguments)
        with meter.trace.batch(batch.name, len(keys)):
            return await batch.load(self, keys, **arguments)

    async def gather(self, *waiting: Awaitable[Any]) -> list[Any]:
        """Await several values concurrently, so that their batches fill; the first exception is raised."""
        return list(await asyncio.gather(*waiting))

    def note(self, event: str, **facts: Any) -> None:
        """Note an event for the log, with its user and without anything secret; call it once the act is committed."""
        self.events = [*(self.events or ()), {"event": event, "user_id": self.viewer_id} | facts]

    def forget(self) -> None:
        """Forget what the loaders loaded, as after a commit or before the next event of a subscription."""
        self._loaders.clear()
