"""Request ids: UUIDs that sort by time and differ between processes."""

from uuid import UUID

from gateway.operations.request_ids import RequestIds


def test_ids_are_uuids_of_version_7_in_order() -> None:
    make = RequestIds().make

    ids = [make() for _ in range(1_000)]

    assert {UUID(each).version for each in ids} == {7}
    assert {UUID(each).variant for each in ids} == {"specified in RFC 4122"}
    assert ids == sorted(set(ids))


def test_two_processes_make_different_ids() -> None:
    ids = {RequestIds().make()[14:] for _ in range(100)}

    assert len(ids) == 100
