"""Uploads: the type, and the mutation that begins one."""

from datetime import datetime

import strawberry

from domain.ids import UploadId
from domain.uploads.uploads import (
    FileTooLargeError,
    UploadNotReadyError,
    UploadPurpose,
    UploadQuotaExceededError,
    UploadState,
)
from graph.directives import imports_content, reads_imports
from graph.enums import declare_enum
from graph.errors import declare_error
from graph.feature_flags.errors import SWITCHABLE
from graph.fields import attribute, given
from graph.mutations import mutated_by
from graph.node import Node
from resolvers.uploads import uploads

declare_enum(
    UploadPurpose,
    "What a file is uploaded for.",
    QUESTIONS="For `importQuestions`.",
    ROADMAP="For `importRoadmap`.",
    IMAGE="For `addImage`: an image of at most 10 MB.",
)
declare_enum(
    UploadState,
    "Where an upload is in its life.",
    PENDING="Its bytes have not arrived; they may until `expiresAt`.",
    UPLOADED="The file is there, until `expiresAt`.",
    EXPIRED="No bytes are taken any more, and a file that was there is removed.",
)
declare_error(FileTooLargeError, "The file is larger than uploads may be.")
declare_error(UploadQuotaExceededError, "The caller's uploads together take as much room as they may.")
declare_error(UploadNotReadyError, "The bytes of the upload have not arrived, or are not kept any more.")


@strawberry.type(
    description="A file that an author sends before a mutation uses it. Only its owner can read it.",
    directives=[*reads_imports()],
)
class Upload(Node):
    """One file."""

    id: UploadId = attribute("The upload's id, `upload_...`.")
    purpose: UploadPurpose = attribute("What it is for.")
    filename: str = attribute("The name of the file, without folders.")
    content_type: str | None = attribute("The media type that the client gave; nothing relies on it.")
    size_bytes: int = attribute("How many bytes the file has.")
    sha256: str | None = attribute("The SHA-256 of the bytes, in hexadecimal; null until they have arrived.")
    state: UploadState = attribute("Where it is in its life.")
    created_at: datetime = attribute("When it was begun.")
    expires_at: datetime = attribute("Until when bytes are taken, and once they have arrived, are kept.")
    received_at: datetime | None = attribute("When all bytes had arrived.")


@strawberry.input(description="The file to upload.")
class BeginUploadInput:
    """A file by name and size."""

    filename: str = given("Its name, 1 to 200 characters; folders in it are left out.", required=True)
    size_bytes: int = given("How many bytes it has; exactly so many are taken.", required=True)
    purpose: UploadPurpose = given("What it is for.", required=True)
    content_type: str | None = given("Its media type, up to 100 characters.")


@strawberry.type
class UploadMutations:
    """Mutations of uploads."""

    begin_upload = mutated_by(
        uploads.begin_upload,
        input=BeginUploadInput,
        gives={
            "upload": (Upload, "The upload."),
            "path": (
                str,
                "The path on this server for a PUT of the bytes, once and within an hour. A secret.",
            ),
        },
        refuses=(FileTooLargeError, UploadQuotaExceededError, *SWITCHABLE),
        rule=imports_content(),
        description="Begins the upload of one file: PUT its bytes to `path`, then name the upload in a mutation. A "
        "file is kept for a day.",
    )
