"""What an actor may be allowed to do with sources."""

from guanxi.permissions import Permission

READ_SOURCES = Permission("sources.source.read", "See sources and what they sent wrong", "查看数据来源及其错误")
WRITE_SOURCES = Permission("sources.source.manage", "Create, change and rotate sources", "管理数据来源")
