"""Public nodes: what is kept, for how long, how much of it, and what a signal does."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.content.releases.publishing import TOPIC
from domain.ids import RoadmapVersionId
from domain.signals import Signal
from persistence.signals import LocalSignals
from resolvers.public_nodes import LIFETIME_S, PublicNodes

COLUMNS = ("title",)
A, B = RoadmapVersionId("a"), RoadmapVersionId("b")


class Store:
    """Versions with nodes, of which some are public; it counts what is read."""

    def __init__(self, *, private: Sequence[str] = (), nodes: int = 2) -> None:
        self.private = set(private)
        self.nodes = nodes
        self.edition = 1
        self.read: list[list[str]] = []

    async def load(self, ids: list[RoadmapVersionId], columns: tuple[str, ...]) -> list[list[Any]]:
        assert columns[-1] == "is_public"
        self.read.append(list(ids))
        return [
            [(id_, f"{id_}{n} of {self.edition}", id_ not in self.private) for n in range(self.nodes)]
            for id_ in ids
        ]


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_bound_of_zero_keeps_nothing() -> None:
    store, nodes = Store(), PublicNodes(most_values=0)

    for _ in range(2):
        await nodes.read([A], COLUMNS, store.load)

    assert store.read == [["a"], ["a"]]
    assert (nodes.values, nodes.hits, nodes.misses) == (0, 0, 2)


async def test_what_is_public_is_read_once_and_what_is_private_each_time() -> None:
    store, nodes = Store(private=["b"]), PublicNodes()

    for _ in range(3):
        rows = await nodes.read([A, B, A], COLUMNS, store.load)

    assert [[row[1] for row in version] for version in rows] == [
        ["a0 of 1", "a1 of 1"],
        ["b0 of 1", "b1 of 1"],
        ["a0 of 1", "a1 of 1"],
    ]
    assert store.read == [["a", "b", "a"], ["b"], ["b"]]
    assert (nodes.hits, nodes.misses) == (4, 5)


async def test_other_columns_are_others() -> None:
    store, nodes = Store(), PublicNodes()

    await nodes.read([A], ("title",), store.load)
    await nodes.read([A], ("title", "weight"), store.load)

    assert store.read == [["a"], ["a"]]


async def test_it_is_kept_for_a_quarter_of_an_hour() -> None:
    store, clock = Store(), Clock()
    nodes = PublicNodes(now=clock)
    await nodes.read([A], COLUMNS, store.load)

    for clock.now in (LIFETIME_S - 1, LIFETIME_S):
        await nodes.read([A], COLUMNS, store.load)

    assert LIFETIME_S == 900
    assert len(store.read) == 2


@given(
    most=st.integers(0, 60),
    reads=st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 9)), max_size=30),
)
def test_it_never_keeps_more_than_its_bound(most: int, reads: list[tuple[str, int]]) -> None:
    nodes = PublicNodes(most_values=most)

    async def run() -> None:
        for version, size in reads:
            await nodes.read([RoadmapVersionId(f"{version}{size}")], COLUMNS, Store(nodes=size).load)
            assert 0 <= nodes.values <= most

    asyncio.run(run())


async def test_what_was_loaded_while_it_was_cleared_is_not_kept() -> None:
    store, nodes = Store(), PublicNodes()

    async def slow(ids: list[RoadmapVersionId], columns: tuple[str, ...]) -> list[list[Any]]:
        rows = await store.load(ids, columns)
        store.edition = 2
        nodes.clear()
        return rows

    await nodes.read([A], COLUMNS, slow)
    (rows,) = await nodes.read([A], COLUMNS, store.load)

    assert [row[1] for row in rows] == ["a0 of 2", "a1 of 2"]


@pytest.mark.parametrize("is_kept", [True, False])
async def test_nothing_from_before_a_signal_is_shown_after_it(is_kept: bool) -> None:
    store, nodes, signals = Store(), PublicNodes(), LocalSignals()
    hearing = asyncio.create_task(nodes.hear(signals))
    await asyncio.sleep(0)
    await nodes.read([A], COLUMNS, store.load)
    store.edition = 2

    if not is_kept:
        await signals.publish([Signal(topic=TOPIC, body="roadmap")])
        await asyncio.sleep(0.01)

    (rows,) = await nodes.read([A], COLUMNS, store.load)
    assert rows[0][1] == ("a0 of 1" if is_kept else "a0 of 2")
    hearing.cancel()
    await asyncio.gather(hearing, return_exceptions=True)
