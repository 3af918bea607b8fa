"""Upload requests: an author asks for room for one file; its bytes arrive once; and files are removed after a day."""

from datetime import timedelta

from domain.acts import Act
from domain.errors import InvalidInputError
from domain.ids import UploadId
from domain.refusals import all_at_once
from domain.text import line
from domain.unit_of_work import OpenUnitOfWork
from domain.uploads.upload_files import UploadFiles
from domain.uploads.uploads import (
    KEPT,
    LARGEST_IMAGE,
    LINK_LIFETIME,
    MEGABYTE,
    MOST_OPEN,
    ROWS_KEPT,
    FileTooLargeError,
    Upload,
    UploadLimits,
    UploadNotReadyError,
    UploadPurpose,
    UploadQuotaExceededError,
    UploadState,
    Usage,
)
from domain.uploads.work import UploadsWork

LONGEST_NAME = 200
LONGEST_TYPE = 100
_AT_ONCE = 500
_PART_KEPT = timedelta(hours=2)
"""After how long the rest of a file is removed whose sending was cut off with its process."""


async def begin(
    work: UploadsWork,
    act: Act,
    limits: UploadLimits,
    *,
    filename: str,
    size_bytes: int,
    purpose: UploadPurpose,
    content_type: str | None = None,
) -> Upload:
    """Permit the actor to send one file within an hour.

    Raises, all at once, InvalidInputError and FileTooLargeError; or UploadQuotaExceededError.
    """
    with all_at_once() as each:
        with each:
            filename = _name(filename)
        with each:
            _check_size(size_bytes, limits, purpose)
        with each:
            content_type = None if content_type is None else _type(content_type)
    await _make_room(work, act, limits, size_bytes)
    upload = Upload(
        id=UploadId(act.mint("upload")),
        owner_id=act.user_id,
        purpose=purpose,
        filename=filename,
        content_type=content_type,
        size_bytes=size_bytes,
        sha256=None,
        state=UploadState.PENDING,
        created_at=act.now,
        expires_at=act.now + LINK_LIFETIME,
        received_at=None,
    )
    await work.uploads.add(upload)
    return upload


async def _make_room(work: UploadsWork, act: Act, limits: UploadLimits, size_bytes: int) -> None:
    """Check that one more upload fits; those that have been imported end where it does not.

    They are kept until then, so that a dry run can be followed by the import of the same upload.
    """

    def fits(used: Usage) -> bool:
        return used.count < MOST_OPEN and used.size_bytes + size_bytes <= limits.quota

    used = await work.uploads.lock_and_sum(act.user_id, now=act.now)
    if fits(used):
        return
    await work.uploads.free_imported(act.user_id, now=act.now)
    used = await work.uploads.lock_and_sum(act.user_id, now=act.now)
    if fits(used):
        return
    most = f"You may have {MOST_OPEN} uploads of together {_megabytes(limits.quota)} that are not imported."
    if used.first_ends_at is None:
        raise UploadQuotaExceededError(f"{most} Split the file.", field="sizeBytes")
    raise UploadQuotaExceededError(
        f"{most} Import one of them, or wait: the first one ends at {used.first_ends_at:%Y-%m-%d %H:%M:%S} UTC.",
        field="sizeBytes",
    )


async def sent(work: UploadsWork, act: Act, upload_id: UploadId, *, purpose: UploadPurpose) -> Upload:
    """Return an upload of the actor's whose bytes have arrived; its file may be gone since.

    Raises UploadNotReadyError, also for uploads of others and of another purpose.
    """
    (upload,) = await work.uploads.by_ids([upload_id], viewer_id=act.user_id, now=act.now)
    if upload is None:
        raise UploadNotReadyError(
            "There is no such upload of yours; begin one with beginUpload.", field="upload"
        )
    if upload.state is UploadState.PENDING:
        raise UploadNotReadyError("Its bytes have not arrived; PUT them to its address.", field="upload")
    if upload.sha256 is None:
        raise UploadNotReadyError("Its address has expired; begin another upload.", field="upload")
    if upload.purpose is not purpose:
        raise UploadNotReadyError(
            f"The file was uploaded for another purpose; begin an upload for {purpose.value}.", field="upload"
        )
    return upload


async def keep(work: UploadsWork, act: Act, upload: Upload) -> None:
    """Keep the file of an upload for another day; raises UploadNotReadyError where it is gone."""
    if upload.state is UploadState.EXPIRED:
        raise UploadNotReadyError("The file is not kept any more; upload it again.", field="upload")
    await work.uploads.keep(upload.id, expires_at=act.now + KEPT)


async def tidy(open_work: OpenUnitOfWork[UploadsWork], files: UploadFiles, act: Act) -> int:
    """Remove the files of uploads that have expired, and rows of long ago; return how many files.

    A file is removed before that is noted: a run that is cut off leaves a note to make, and no file without a row.
    """
    removed = 0
    while True:
        async with open_work() as work:
            ids = await work.uploads.expired(now=act.now, most=_AT_ONCE)
            files.remove(ids)
            await work.uploads.note_removed(ids)
        removed += len(ids)
        if len(ids) < _AT_ONCE:
            break
    files.remove_parts(older_than_s=_PART_KEPT.total_seconds())
    async with open_work() as work:
        await work.uploads.forget(before=act.now - ROWS_KEPT)
    return removed


def _name(filename: str) -> str:
    """Return the last part of a name, without folders; what it is called says nothing about its content."""
    name = line(filename, field="filename", longest=LONGEST_NAME)
    return line(name.replace("\\", "/").rpartition("/")[2], field="filename", longest=LONGEST_NAME)


def _type(content_type: str) -> str:
    return line(content_type, field="contentType", longest=LONGEST_TYPE)


def _check_size(size_bytes: int, limits: UploadLimits, purpose: UploadPurpose) -> None:
    if size_bytes < 1:
        raise InvalidInputError("sizeBytes must be the size of the file, at least 1.", field="sizeBytes")
    if purpose is UploadPurpose.IMAGE and size_bytes > LARGEST_IMAGE:
        raise FileTooLargeError(
            f"An image may have at most {_megabytes(LARGEST_IMAGE)}; make it smaller.", field="sizeBytes"
        )
    if size_bytes > limits.largest:
        raise FileTooLargeError(
            f"A file may have at most {_megabytes(limits.largest)}; split it.", field="sizeBytes"
        )


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:,.0f} MB"
