"""What staff give each other to do and to know, and how posts are appraised."""

from guanxi.teamwork.service.appraisals import NewTarget, PostScore, close_period, post_score, set_target
from guanxi.teamwork.service.notes import add_note, list_notes
from guanxi.teamwork.service.notices import find_notification, list_notifications, mark_read
from guanxi.teamwork.service.tasks import NewTask, complete_task, create_task

__all__ = [
    "NewTarget",
    "NewTask",
    "PostScore",
    "add_note",
    "close_period",
    "complete_task",
    "create_task",
    "find_notification",
    "list_notes",
    "list_notifications",
    "mark_read",
    "post_score",
    "set_target",
]
