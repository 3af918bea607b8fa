"""Archives: what is made to do harm is refused before it is unpacked."""

import io
import struct
import zipfile

import pytest

from domain.imports.guards.archives import Archive, is_archive
from domain.imports.guards.harm import HarmfulFileError
from domain.imports.readers import ReadLimits


def packed(files: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target


def refusal(file: io.BytesIO, limits: ReadLimits | None = None) -> str:
    with pytest.raises(HarmfulFileError) as refused:
        Archive(file, limits=limits or ReadLimits())
    return refused.value.reason


def test_a_package_is_read_by_the_names_of_its_files() -> None:
    file = packed({"imsmanifest.xml": b"<manifest/>", "items/one.xml": b"<item/>"})

    archive = Archive(file, limits=ReadLimits())

    assert is_archive(file.getvalue()[:4])
    assert archive.names == ("imsmanifest.xml", "items/one.xml")
    assert archive.read("items/one.xml") == b"<item/>"


def test_a_package_that_is_packed_beyond_the_ratio_is_refused() -> None:
    bomb = packed({"zeros": bytes(20_000_000)})

    assert "100th" in refusal(bomb)


def test_a_small_file_may_be_packed_to_any_ratio() -> None:
    archive = Archive(packed({"rows.csv": b"1,1\n" * 10_000}), limits=ReadLimits())

    assert len(archive.read("rows.csv")) == 40_000


def test_a_package_that_is_too_large_when_unpacked_is_refused() -> None:
    files = {f"{n}.txt": bytes(600) for n in range(10)}

    reason = refusal(packed(files, compression=zipfile.ZIP_STORED), ReadLimits(largest_content=5_000))

    assert "5,000 bytes" in reason


def test_a_file_of_a_package_that_is_too_large_is_named() -> None:
    reason = refusal(packed({"large.xml": bytes(2_000)}), ReadLimits(largest_entry=1_000))

    assert "large.xml" in reason


def test_a_package_of_too_many_files_is_refused_by_the_record_at_its_end() -> None:
    files = {f"{n}.txt": b"" for n in range(11)}

    assert "at most 10 files" in refusal(packed(files), ReadLimits(most_entries=10))


def test_a_directory_that_claims_fewer_files_than_it_has_is_refused_too() -> None:
    file = packed({f"{n}.txt": b"" for n in range(11)})
    end = file.getvalue().rfind(b"PK\x05\x06")
    lying = bytearray(file.getvalue())
    lying[end + 8 : end + 12] = struct.pack("<2H", 1, 1)

    assert "at most 10 files" in refusal(io.BytesIO(bytes(lying)), ReadLimits(most_entries=10))


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/evil", "a/../../b", "c:/evil", "a\\b", "a\x1fb"])
def test_a_name_that_leads_out_of_the_package_is_refused(name: str) -> None:
    file = io.BytesIO(packed({"x" * len(name): b""}).getvalue().replace(b"x" * len(name), name.encode()))

    assert "no name of a file" in refusal(file)


def test_a_file_without_a_name_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a", b"content")
        archive.infolist()[0].filename = ""

    assert refusal(target) == "A file of the package has no name; pack it again."


def test_two_files_of_one_name_are_refused() -> None:
    file = io.BytesIO(packed({"one.xml": b"1", "two.xml": b"2"}).getvalue().replace(b"two.xml", b"one.xml"))

    assert "same name" in refusal(file)


def test_an_encrypted_file_is_refused() -> None:
    content = bytearray(packed({"one.xml": b"1"}).getvalue())
    directory = content.rfind(b"PK\x01\x02")
    content[directory + 8] |= 1

    assert "encrypted" in refusal(io.BytesIO(bytes(content)))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"PK\x03\x04" + b"x" * 500])
def test_half_a_package_is_refused(content: bytes) -> None:
    assert "whole zip file" in refusal(io.BytesIO(content))


def test_a_file_that_holds_more_than_the_directory_says_is_not_unpacked_further() -> None:
    content = bytearray(packed({"one.xml": b"1" * 100_000}).getvalue())
    directory = content.rfind(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = struct.pack("<I", 10)
    archive = Archive(io.BytesIO(bytes(content)), limits=ReadLimits())

    with pytest.raises(HarmfulFileError):
        archive.read("one.xml")


def test_all_files_together_are_counted_while_they_are_unpacked() -> None:
    archive = Archive(
        packed({"one": b"1" * 900, "two": b"2" * 900}), limits=ReadLimits(largest_content=2_000)
    )

    archive.read("one")
    archive.read("two")
    with pytest.raises(HarmfulFileError, match="2,000 bytes"):
        archive.read("one")
