"""Defects: where the causes of masked errors go, which clients never see."""

import structlog

from gateway.error_reports.reports import ErrorReports
from graph.execution.error_masking import DefectLog

_log = structlog.get_logger("gateway.operations")


def log_defect(cause: BaseException, request_id: str) -> None:
    """Write the cause of a masked error to the log."""
    _log.error("defect", request_id=request_id, exc_info=cause)


def reporting(reports: ErrorReports | None) -> DefectLog:
    """Return what writes the cause of a masked error to the log, and reports it where errors are reported."""
    if reports is None:
        return log_defect

    def log_and_report(cause: BaseException, request_id: str) -> None:
        log_defect(cause, request_id)
        reports.defect(cause, request_id)

    return log_and_report
