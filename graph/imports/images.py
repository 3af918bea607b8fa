"""Mutation of images that authors upload."""

import strawberry

from domain.ids import UploadId
from domain.uploads.uploads import UploadNotReadyError
from graph.directives import imports_content
from graph.feature_flags.errors import SWITCHABLE
from graph.fields import given
from graph.media.media import Media
from graph.mutations import mutated_by
from graph.uploads import uploads as _uploads  # noqa: F401 - it declares UploadNotReadyError
from resolvers.imports import images


@strawberry.input(description="The image to add.")
class AddImageInput:
    """An upload."""

    upload: UploadId = given("The upload of the image, begun for IMAGE.", required=True)


@strawberry.type
class ImageMutations:
    """Mutations of images."""

    add_image = mutated_by(
        images.add_image,
        input=AddImageInput,
        gives={"media": (Media, "The image; the same bytes are the same image.")},
        refuses=(UploadNotReadyError, *SWITCHABLE),
        rule=imports_content(),
        description="Adds an uploaded PNG, JPEG, GIF or WebP to the caller's images, for `updateQuestion`. One that no "
        "question shows is removed after a day.",
    )
