"""Server: the garbage collector once the server is ready."""

import gc
from collections.abc import Iterator

import pytest

from gateway.processes.server import COLLECT_AFTER, freeze_garbage_collector


@pytest.fixture
def collector() -> Iterator[None]:
    """Leave the garbage collector as it was."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.usefixtures("collector")
def test_collections_skip_the_objects_of_the_start() -> None:
    older = [object(), {}]

    freeze_garbage_collector()

    assert gc.get_threshold() == COLLECT_AFTER
    assert not any(tracked is older for tracked in gc.get_objects())


@pytest.mark.usefixtures("collector")
def test_later_garbage_is_still_collected() -> None:
    freeze_garbage_collector()
    cycle: list[object] = []
    cycle.append(cycle)
    address = id(cycle)

    del cycle
    gc.collect()

    assert all(id(tracked) != address for tracked in gc.get_objects())
