"""Reading files of any format in tests."""

import io
from dataclasses import dataclass, field

from domain.imports.question_drafts import QuestionDraft
from domain.imports.readers import (
    LossNote,
    MediaFile,
    QuestionFileFormat,
    QuestionItem,
    ReadLimits,
    RefusedItem,
    RoadmapFileFormat,
)
from domain.imports.roadmap_plans import RoadmapFile
from gateway.imports.format_table import ALL_QUESTION_FORMATS, ALL_ROADMAP_FORMATS

LIMITS = ReadLimits()


@dataclass
class Found:
    """What a reader yielded."""

    items: list[QuestionItem] = field(default_factory=list)
    refused: list[RefusedItem] = field(default_factory=list)
    losses: list[LossNote] = field(default_factory=list)
    media: list[MediaFile] = field(default_factory=list)

    @property
    def drafts(self) -> list[QuestionDraft]:
        return [item.draft for item in self.items]

    @property
    def reasons(self) -> str:
        return " / ".join(f"{found.line} {found.item}: {found.reason}" for found in self.refused)

    @property
    def lost(self) -> str:
        return " / ".join(f"{found.line} {found.item}: {found.reason}" for found in self.losses)


def read(format_: QuestionFileFormat, content: bytes | str, limits: ReadLimits = LIMITS) -> Found:
    source = content.encode() if isinstance(content, str) else content
    found = Found()
    kept = {
        QuestionItem: found.items,
        RefusedItem: found.refused,
        LossNote: found.losses,
        MediaFile: found.media,
    }
    for record in ALL_QUESTION_FORMATS[format_].read(io.BytesIO(source), limits=limits):
        kept.get(type(record), []).append(record)  # type: ignore[call-overload]
    return found


def read_one(format_: QuestionFileFormat, content: bytes | str) -> QuestionDraft:
    found = read(format_, content)
    assert found.refused == []
    (draft,) = found.drafts
    return draft


def read_roadmap(format_: RoadmapFileFormat, content: str, limits: ReadLimits = LIMITS) -> RoadmapFile:
    return ALL_ROADMAP_FORMATS[format_].read(io.BytesIO(content.encode()), limits=limits)
