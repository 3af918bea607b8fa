"""One board told to all who watch it: each change is computed once for those who hold the same state."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager, aclosing
from datetime import datetime
from functools import partial

from domain.ids import UserId
from domain.leaderboards import BoardPage, own_entry
from domain.signals import Signal
from domain.work import OpenWork
from resolvers.board_channels import BoardChannel
from resolvers.board_looks import Look, Watch
from resolvers.board_screens import Update, delta_to, snapshot_of
from resolvers.listening import Listener

_Listen = Callable[[], AbstractAsyncContextManager[AsyncIterator[Signal]]]


_Place = tuple[int, UserId | None]
"""How many entries are shown, and to whom; None for those who see nothing of their own."""


class _Cohort:
    """Listeners who show the same of the same version, each with the moment from which it may be told more.

    `is_waiting` says that some of them were not ready when there was something to tell.
    """

    __slots__ = ("is_waiting", "listeners", "own", "place", "shown", "version")

    def __init__(self, place: _Place, page: BoardPage) -> None:
        first, viewer_id = self.place = place
        self.version = page.version
        self.shown = page.top[:first]
        self.own = own_entry(page, viewer_id)
        self.listeners: dict[Listener, float] = {}
        self.is_waiting = False


class BoardRelay:
    """The listeners of a board in one process, by the state that they hold; one task looks for all of them."""

    def __init__(
        self,
        channel: BoardChannel,
        watch: Watch,
        *,
        open_reads: OpenWork,
        now: Callable[[], datetime],
        listen: _Listen,
        following: Callable[[], "BoardRelay"],
        ended: Callable[[], object],
    ) -> None:
        self._channel = channel
        self._watch = watch
        self._open_reads = open_reads
        self._now = now
        self._listen = listen
        self._following = following
        self._ended = ended
        self._cohorts: dict[tuple[_Place, int], _Cohort] = {}
        self._joining = 0
        self._is_over = False
        self._listening = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    async def join(
        self, listener: Listener, *, first: int, viewer_id: UserId | None, after: str | None
    ) -> Update:
        """Return the first message: a delta from the version `after` where it is known, else a snapshot."""
        as_of = self._now()
        with self._channel.watched_by(viewer_id):
            page = await self._page()
            if not self._is_over:
                due = _clock() + self._watch.interval_s
                self._seat([listener], (first, viewer_id), page, due=due)
        if self._is_over:
            following = self._following()
            return await following.join(listener, first=first, viewer_id=viewer_id, after=None)
        held = self._channel.past(after, first)
        if held is not None and page.opened:
            return delta_to(page, since=int(after or 0), before=held, first=first, viewer_id=viewer_id)
        return snapshot_of(page, first=first, viewer_id=viewer_id, as_of=as_of)

    async def adopt(self, cohorts: Collection[_Cohort]) -> None:
        """Go on with the listeners of a board whose window has ended: each is told a snapshot of this one."""
        as_of = self._now()
        viewers = [cohort.place[1] for cohort in cohorts]
        for viewer_id in viewers:
            self._channel.watch(viewer_id)
        try:
            page = await self._page()
            for cohort in cohorts:
                first, viewer_id = cohort.place
                snapshot = snapshot_of(page, first=first, viewer_id=viewer_id, as_of=as_of)
                listeners = list(cohort.listeners)
                self._seat(listeners, cohort.place, page)
                for listener in listeners:
                    listener.take(snapshot)
        finally:
            for viewer_id in viewers:
                self._channel.unwatch(viewer_id)

    async def _page(self) -> BoardPage:
        """Return a page that was read after this call, and after the task began to listen."""
        self._joining += 1
        try:
            await self._listening.wait()
            return await self._channel.fresh(self._open_reads)
        finally:
            self._joining -= 1
            asyncio.get_running_loop().call_soon(self._end_if_alone)

    def _seat(
        self, listeners: Iterable[Listener], place: _Place, page: BoardPage, *, due: float = 0.0
    ) -> None:
        """Let listeners wait for what follows the page."""
        cohort = self._cohorts.get((place, page.version))
        if cohort is None:
            cohort = self._cohorts[place, page.version] = _Cohort(place, page)
        leave = partial(self._leave, cohort)
        for listener in listeners:
            cohort.listeners[listener] = due
            self._channel.watch(place[1])
            listener.on_leave(leave)

    def _unseat(self, listeners: Iterable[Listener], cohort: _Cohort) -> None:
        for listener in listeners:
            if cohort.listeners.pop(listener, None) is not None:
                self._channel.unwatch(cohort.place[1])

    def _leave(self, cohort: _Cohort, listener: Listener) -> None:
        self._unseat([listener], cohort)
        self._end_if_alone()

    def _end_if_alone(self) -> None:
        if not self._joining and not any(cohort.listeners for cohort in self._cohorts.values()):
            self._end()
            self._task.cancel()

    def _end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._ended()

    async def _run(self) -> None:
        cohorts = self._cohorts.values()
        try:
            async with self._listen() as heard:
                with self._channel.watched_by(None):
                    self._listening.set()
                    async with aclosing(self._watch.looks(heard)) as looks:
                        async for look in looks:
                            self._tell(look)
            self._end()
            await self._following().adopt(list(cohorts))
        except Exception as error:  # noqa: BLE001 - each subscriber tells its client, who may come back
            self._end()
            for listener in [listener for cohort in cohorts for listener in cohort.listeners]:
                listener.end(error)
        finally:
            self._listening.set()

    def _tell(self, look: Look) -> None:
        """Tell every cohort what leads from its state to the page, but those listeners who are not ready."""
        page = look.page
        for key, cohort in list(self._cohorts.items()):
            if not cohort.listeners:
                del self._cohorts[key]
            elif cohort.version != page.version:
                self._tell_cohort(cohort, page, on_tick=look.on_tick)
        self._watch.is_behind = any(cohort.is_waiting for cohort in self._cohorts.values())

    def _tell_cohort(self, cohort: _Cohort, page: BoardPage, *, on_tick: bool) -> None:
        first, viewer_id = cohort.place
        if not on_tick and page.top[:first] == cohort.shown and own_entry(page, viewer_id) == cohort.own:
            return
        clock = _clock()
        ready = [one for one, due in cohort.listeners.items() if due <= clock and one.is_ready]
        delta = delta_to(page, since=cohort.version, before=cohort.shown, first=first, viewer_id=viewer_id)
        self._unseat(ready, cohort)
        cohort.is_waiting = bool(cohort.listeners)
        self._seat(ready, cohort.place, page)
        for listener in ready:
            listener.take(delta)


def _clock() -> float:
    return asyncio.get_running_loop().time()
