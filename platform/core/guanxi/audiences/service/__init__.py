"""What can be done with audiences and segments."""

from guanxi.audiences.service.factvalues import facts_on_offer, values_by_sql, values_in
from guanxi.audiences.service.previews import Preview, matches, preview_audience
from guanxi.audiences.service.refreshing import Change, changes_of, refresh_all, refresh_segment, segments_of
from guanxi.audiences.service.segments import SegmentDraft, archive_segment, save_segment
from guanxi.audiences.service.store import Moved

__all__ = [
    "Change",
    "Moved",
    "Preview",
    "SegmentDraft",
    "archive_segment",
    "changes_of",
    "facts_on_offer",
    "matches",
    "preview_audience",
    "refresh_all",
    "refresh_segment",
    "save_segment",
    "segments_of",
    "values_by_sql",
    "values_in",
]
