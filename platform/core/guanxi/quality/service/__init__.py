"""What can be done for the quality of data."""

from guanxi.quality.service.duplicates import dismiss_duplicate, find_duplicates, seek_duplicates
from guanxi.quality.service.index import rebuild
from guanxi.quality.service.merges import list_absorbed, merge_customers, survivors_of, unmerge_customers
from guanxi.quality.service.report import InvalidCount, QualityReport, quality_report

__all__ = [
    "InvalidCount",
    "QualityReport",
    "dismiss_duplicate",
    "find_duplicates",
    "list_absorbed",
    "merge_customers",
    "quality_report",
    "rebuild",
    "seek_duplicates",
    "survivors_of",
    "unmerge_customers",
]
