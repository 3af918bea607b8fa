"""Reader table: every format of files that can be imported."""

from domain.imports import exercism_tracks, gift, question_files, roadmap_files
from domain.imports.formats import json_questions
from domain.imports.readers import QuestionFileFormat, QuestionFormat, RoadmapFileFormat, RoadmapFormat

QUESTION_FORMATS = {
    each.format: each
    for each in (
        QuestionFormat(
            format=QuestionFileFormat.JSON,
            label=question_files.FORMAT,
            extensions=(".json",),
            recognises=question_files.recognises,
            read=json_questions.read,
        ),
        QuestionFormat(
            format=QuestionFileFormat.GIFT,
            label=gift.FORMAT,
            extensions=(".gift", ".txt"),
            recognises=gift.recognises,
            read=gift.read,
        ),
    )
}
"""The formats of questions, in the order in which they are tried; GIFT stays last, as most texts could be GIFT."""

ROADMAP_FORMATS = {
    each.format: each
    for each in (
        RoadmapFormat(
            format=RoadmapFileFormat.EXERCISM_TRACK,
            label=exercism_tracks.FORMAT,
            extensions=(".json",),
            recognises=roadmap_files.recognises_track,
            read=roadmap_files.read_file,
        ),
        RoadmapFormat(
            format=RoadmapFileFormat.JSON,
            label=roadmap_files.FORMAT,
            extensions=(".json",),
            recognises=roadmap_files.recognises,
            read=roadmap_files.read_file,
        ),
    )
}
"""The formats of roadmaps, in the order in which they are tried."""
