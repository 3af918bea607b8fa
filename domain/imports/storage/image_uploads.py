"""Image uploads: an author adds an image that they have uploaded, so that their questions can show it."""

from domain.acts import Act
from domain.errors import InvalidInputError
from domain.ids import MediaId, UploadId
from domain.imports.work import ImportsWork
from domain.media.image_types import ImageRefusedError, facts_of
from domain.media.media import Media, name_of
from domain.media.media_files import MediaFiles
from domain.uploads import upload_requests
from domain.uploads.upload_files import UploadFiles
from domain.uploads.uploads import LARGEST_IMAGE, UploadNotReadyError, UploadPurpose


async def add(
    work: ImportsWork, act: Act, files: UploadFiles, media_files: MediaFiles, *, upload_id: UploadId
) -> Media:
    """Keep an uploaded image for its author; the same bytes are the same image.

    It is removed after a day unless a question shows it. Raises UploadNotReadyError, or InvalidInputError for
    what is no image.
    """
    upload = await upload_requests.sent(work, act, upload_id, purpose=UploadPurpose.IMAGE)
    try:
        with files.open(upload.id) as file:
            content = file.read(LARGEST_IMAGE + 1)
    except FileNotFoundError:
        raise UploadNotReadyError("The file is not kept any more; upload it again.", field="upload") from None
    try:
        facts = facts_of(content, largest=LARGEST_IMAGE)
    except ImageRefusedError as error:
        raise InvalidInputError(error.reason, field="upload") from None
    new = Media(
        id=MediaId(act.mint("media")),
        author_id=act.user_id,
        sha256=upload.sha256 or "",
        content_type=facts.kind.value,
        size_bytes=len(content),
        width=facts.width,
        height=facts.height,
        created_at=act.now,
    )
    media_files.keep(name_of(new.sha256, facts.kind), content)
    (stored,) = await work.media.add([new])
    return stored
