"""What an actor may be allowed to do with audiences and segments."""

from guanxi.permissions import Permission

PREVIEW_AUDIENCES = Permission("audiences.audience.preview", "Count audiences before they are used", "预览人群")
READ_SEGMENTS = Permission("audiences.segment.read", "See segments and their members", "查看细分及其成员")
WRITE_SEGMENTS = Permission("audiences.segment.manage", "Save, refresh and archive segments", "保存、刷新和归档细分")
