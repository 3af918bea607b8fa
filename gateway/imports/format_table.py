"""Format table: the formats of the domain, and those whose readers need a library."""

from domain.imports.formats import moodle_xml
from domain.imports.formats.anki import packages as anki_packages
from domain.imports.formats.csv_tables import tables
from domain.imports.formats.qti import packages as qti_packages
from domain.imports.formats.roadmaps import editor_graphs, outlines
from domain.imports.reader_table import QUESTION_FORMATS, ROADMAP_FORMATS
from domain.imports.readers import QuestionFileFormat, QuestionFormat, RoadmapFileFormat, RoadmapFormat
from gateway.imports import html_cleaner, markdown_outlines, zstd_contents

_QUESTIONS = (
    QuestionFormat(
        format=QuestionFileFormat.QTI,
        label=qti_packages.LABEL,
        extensions=qti_packages.EXTENSIONS,
        recognises=qti_packages.recognises,
        read=qti_packages.reader(html_cleaner.clean),
        is_text=False,
    ),
    QuestionFormat(
        format=QuestionFileFormat.MOODLE_XML,
        label=moodle_xml.LABEL,
        extensions=moodle_xml.EXTENSIONS,
        recognises=moodle_xml.recognises,
        read=moodle_xml.reader(html_cleaner.clean),
        is_text=False,
    ),
    QuestionFormat(
        format=QuestionFileFormat.ANKI,
        label=anki_packages.LABEL,
        extensions=anki_packages.EXTENSIONS,
        recognises=anki_packages.recognises,
        read=anki_packages.reader(html_cleaner.clean, zstd_contents.unpacked),
        is_text=False,
    ),
    QuestionFormat(
        format=QuestionFileFormat.CSV,
        label=tables.LABEL,
        extensions=tables.EXTENSIONS,
        recognises=tables.recognises,
        read=tables.read,
    ),
)
_ROADMAPS = (
    RoadmapFormat(
        format=RoadmapFileFormat.ROADMAP_SH,
        label=editor_graphs.LABEL,
        extensions=editor_graphs.EXTENSIONS,
        recognises=editor_graphs.recognises,
        read=editor_graphs.read,
    ),
    RoadmapFormat(
        format=RoadmapFileFormat.MARKDOWN,
        label=outlines.LABEL,
        extensions=outlines.EXTENSIONS,
        recognises=outlines.recognises,
        read=outlines.reader(markdown_outlines.lines),
    ),
)
_JSON, *_OTHERS = QUESTION_FORMATS.values()

ALL_QUESTION_FORMATS = {each.format: each for each in (_JSON, *_QUESTIONS, *_OTHERS)}
"""The formats of questions, in the order in which they are tried; GIFT is the last, as most texts could be GIFT."""
ALL_ROADMAP_FORMATS = {each.format: each for each in (*ROADMAP_FORMATS.values(), *_ROADMAPS)}
"""The formats of roadmaps, in the order in which they are tried."""
