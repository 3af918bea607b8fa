"""Image types: images are told by their bytes, and half, huge and other files are refused."""

import pytest

from domain.media.image_types import ImageRefusedError, facts_of
from domain.media.media import MediaType
from tests.builders.images import gif, jpeg, png, webp

LARGEST = 1_000_000


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (png(), MediaType.PNG),
        (gif(), MediaType.GIF),
        (jpeg(), MediaType.JPEG),
        (webp(), MediaType.WEBP),
        (webp(form=b"VP8L"), MediaType.WEBP),
        (webp(form=b"VP8 "), MediaType.WEBP),
    ],
)
def test_an_image_is_told_by_its_bytes(content: bytes, kind: MediaType) -> None:
    facts = facts_of(content, largest=LARGEST)

    assert (facts.kind, facts.width, facts.height) == (kind, 3, 2)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\n <?xml version='1.0'?><svg/>", "SVG"),
        (b"<html></html>", "Only PNG"),
        (b"", "Only PNG"),
        (b"RIFF\x04\x00\x00\x00WAVE", "Only PNG"),
        (png()[:-4], "cut off"),
        (png()[:20], "cut off"),
        (gif()[:-1], "cut off"),
        (gif()[:8] + b";", "cut off"),
        (jpeg()[:-2], "cut off"),
        (b"\xff\xd8\xff\xe0\x00\x02\xff\xd9", "cut off"),
        (webp()[:-3], "cut off"),
        (png(width=0), "no pixels"),
        (png(width=20_001, height=1), "20,000 on a side"),
        (png(width=8_000, height=8_000), "40,000,000 pixels"),
        (png() + bytes(LARGEST), "1,000,000 bytes"),
    ],
)
def test_what_is_not_kept_is_refused_with_the_reason(content: bytes, sentence: str) -> None:
    with pytest.raises(ImageRefusedError, match=sentence):
        facts_of(content, largest=LARGEST)
