"""Resolvers of exports."""

from domain.ids import QuizId, RoadmapId
from domain.imports.exports import question_exports, roadmap_exports
from domain.imports.exports.exported_files import ExportedFile, ExportFormat
from resolvers.context import Context


async def export_quiz(context: Context, *, quiz_id: QuizId, format: ExportFormat) -> ExportedFile:
    """Export the questions of a quiz of the caller's."""
    async with context.open_work() as work:
        return await question_exports.export_quiz(
            work, context.act(), context.ports.media_files, quiz_id=quiz_id, format=format
        )


async def export_roadmap(context: Context, *, roadmap_id: RoadmapId) -> ExportedFile:
    """Export the newest version of a roadmap of the caller's."""
    async with context.open_work() as work:
        return await roadmap_exports.export_roadmap(work, context.act(), roadmap_id=roadmap_id)
