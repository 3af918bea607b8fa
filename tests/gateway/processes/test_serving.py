"""Serving: what the process does once it is ready."""

import gc
from collections.abc import Iterator

import pytest

from gateway.processes.serving import COLLECT_AFTER, spare_the_start


@pytest.fixture
def collector() -> Iterator[None]:
    """Leave the garbage collector as it was."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.usefixtures("collector")
def test_collections_pass_over_what_the_start_made() -> None:
    made_before = [object(), {}]

    spare_the_start()

    assert gc.get_threshold() == COLLECT_AFTER
    assert not any(kept is made_before for kept in gc.get_objects())


@pytest.mark.usefixtures("collector")
def test_garbage_that_is_made_later_is_still_collected() -> None:
    spare_the_start()
    circle: list[object] = []
    circle.append(circle)
    died = id(circle)

    del circle
    gc.collect()

    assert all(id(kept) != died for kept in gc.get_objects())
