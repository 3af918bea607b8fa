"""File table: how each format of exports is written, and how its files are called."""

from domain.imports.exports import csv_files, gift_files, json_files, moodle_files, qti_files
from domain.imports.exports.exported_files import PACKAGE, ExportFormat, FileKind

FILE_KINDS = {
    ExportFormat.JSON: FileKind(write=json_files.write, extension=".json", media_type="application/json"),
    ExportFormat.GIFT: FileKind(write=gift_files.write, extension=".gift", media_type="text/plain"),
    ExportFormat.MOODLE_XML: FileKind(
        write=moodle_files.write, extension=".xml", media_type="application/xml", holds_pictures=True
    ),
    ExportFormat.CSV: FileKind(write=csv_files.write, extension=".csv", media_type="text/csv"),
    ExportFormat.QTI: FileKind(
        write=qti_files.write, extension=".zip", media_type=PACKAGE, holds_pictures=True
    ),
}
