"""Broadcast of one board: computes each change once per group of listeners that show the same entries."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager, aclosing
from datetime import datetime
from functools import partial

from domain.gamification.leaderboards import BoardPage, own_entry
from domain.ids import UserId
from domain.signals import Signal
from domain.work import OpenWork
from resolvers.live.board_cache import BoardCache
from resolvers.live.board_updates import Update, delta_to, snapshot_of
from resolvers.live.board_watch import BoardRead, BoardWatch
from resolvers.live.listeners import Listener

_Listen = Callable[[], AbstractAsyncContextManager[AsyncIterator[Signal]]]

_View = tuple[int, UserId | None]
"""How many entries are shown, and to which viewer; None if nothing depends on the viewer."""


class _Group:
    """Listeners with one view of one version, each with the time from which it may get the next message.

    `is_waiting` says that some of them were not ready for the latest change.
    """

    __slots__ = ("is_waiting", "listeners", "own", "shown", "version", "view")

    def __init__(self, view: _View, page: BoardPage) -> None:
        first, viewer_id = self.view = view
        self.version = page.version
        self.shown = page.top[:first]
        self.own = own_entry(page, viewer_id)
        self.listeners: dict[Listener, float] = {}
        self.is_waiting = False


class BoardBroadcast:
    """The listeners of one board in this process, grouped by view and version; one task reads the board for all."""

    def __init__(
        self,
        cache: BoardCache,
        watch: BoardWatch,
        *,
        open_reads: OpenWork,
        now: Callable[[], datetime],
        listen: _Listen,
        find_next: Callable[[], "BoardBroadcast"],
        on_end: Callable[[], object],
    ) -> None:
        self._cache = cache
        self._watch = watch
        self._open_reads = open_reads
        self._now = now
        self._listen = listen
        self._find_next = find_next
        self._on_end = on_end
        self._groups: dict[tuple[_View, int], _Group] = {}
        self._joining = 0
        self._is_over = False
        self._listening = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    async def join(
        self, listener: Listener, *, first: int, viewer_id: UserId | None, after: str | None
    ) -> Update:
        """Return the first message: a delta from the version `after` if that is known, or a snapshot."""
        as_of = self._now()
        with self._cache.watched_by(viewer_id):
            page = await self._page()
            if not self._is_over:
                due = _clock() + self._watch.interval_s
                self._add([listener], (first, viewer_id), page, due=due)
        if self._is_over:
            return await self._find_next().join(listener, first=first, viewer_id=viewer_id, after=None)
        before = self._cache.entries_at(after, first)
        if before is not None and page.opened:
            return delta_to(page, since=int(after or 0), before=before, first=first, viewer_id=viewer_id)
        return snapshot_of(page, first=first, viewer_id=viewer_id, as_of=as_of)

    async def adopt(self, groups: Collection[_Group]) -> None:
        """Take over the listeners of a board whose window has ended: each gets a snapshot of this board."""
        as_of = self._now()
        viewers = [group.view[1] for group in groups]
        for viewer_id in viewers:
            self._cache.watch(viewer_id)
        try:
            page = await self._page()
            for group in groups:
                first, viewer_id = group.view
                snapshot = snapshot_of(page, first=first, viewer_id=viewer_id, as_of=as_of)
                listeners = list(group.listeners)
                self._add(listeners, group.view, page)
                for listener in listeners:
                    listener.take(snapshot)
        finally:
            for viewer_id in viewers:
                self._cache.unwatch(viewer_id)

    async def _page(self) -> BoardPage:
        """Return a page that was read after this call, and after the task began to listen for signals."""
        self._joining += 1
        try:
            await self._listening.wait()
            return await self._cache.fresh(self._open_reads)
        finally:
            self._joining -= 1
            asyncio.get_running_loop().call_soon(self._end_if_alone)

    def _add(self, listeners: Iterable[Listener], view: _View, page: BoardPage, *, due: float = 0.0) -> None:
        """Put listeners into the group that shows the page, so that they get what follows it."""
        group = self._groups.get((view, page.version))
        if group is None:
            group = self._groups[view, page.version] = _Group(view, page)
        leave = partial(self._leave, group)
        for listener in listeners:
            group.listeners[listener] = due
            self._cache.watch(view[1])
            listener.on_leave(leave)

    def _remove(self, listeners: Iterable[Listener], group: _Group) -> None:
        for listener in listeners:
            if group.listeners.pop(listener, None) is not None:
                self._cache.unwatch(group.view[1])

    def _leave(self, group: _Group, listener: Listener) -> None:
        self._remove([listener], group)
        self._end_if_alone()

    def _end_if_alone(self) -> None:
        if not self._joining and not any(group.listeners for group in self._groups.values()):
            self._end()
            self._task.cancel()

    def _end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._on_end()

    async def _run(self) -> None:
        groups = self._groups.values()
        try:
            async with self._listen() as signals:
                with self._cache.watched_by(None):
                    self._listening.set()
                    async with aclosing(self._watch.reads(signals)) as reads:
                        async for read in reads:
                            self._send(read)
            self._end()
            await self._find_next().adopt(list(groups))
        except Exception as error:  # noqa: BLE001 - each listener reports it to its client, which may reconnect
            self._end()
            for listener in [listener for group in groups for listener in group.listeners]:
                listener.end(error)
        finally:
            self._listening.set()

    def _send(self, read: BoardRead) -> None:
        """Send every group the change from its version to the page; listeners that are not ready stay behind."""
        page = read.page
        for key, group in list(self._groups.items()):
            if not group.listeners:
                del self._groups[key]
            elif group.version != page.version:
                self._send_to(group, page, on_tick=read.on_tick)
        self._watch.is_behind = any(group.is_waiting for group in self._groups.values())

    def _send_to(self, group: _Group, page: BoardPage, *, on_tick: bool) -> None:
        """Send one group its change.

        A version that changes nothing in its view is sent on a tick only, so that clients can resume from a recent one.
        """
        first, viewer_id = group.view
        if not on_tick and page.top[:first] == group.shown and own_entry(page, viewer_id) == group.own:
            return
        clock = _clock()
        ready = [listener for listener, due in group.listeners.items() if due <= clock and listener.is_ready]
        delta = delta_to(page, since=group.version, before=group.shown, first=first, viewer_id=viewer_id)
        self._remove(ready, group)
        group.is_waiting = bool(group.listeners)
        self._add(ready, group.view, page)
        for listener in ready:
            listener.take(delta)


def _clock() -> float:
    return asyncio.get_running_loop().time()
