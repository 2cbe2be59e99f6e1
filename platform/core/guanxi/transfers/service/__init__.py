"""What can be done with files of rows."""

from guanxi.transfers.service.cleaning import forget_problems
from guanxi.transfers.service.exports import run_export, start_export
from guanxi.transfers.service.imports import (
    ImportOptions,
    cancel_import,
    get_import,
    resume_import,
    start_import,
)
from guanxi.transfers.service.running import run_import

__all__ = [
    "ImportOptions",
    "cancel_import",
    "forget_problems",
    "get_import",
    "resume_import",
    "run_export",
    "run_import",
    "start_export",
    "start_import",
]
