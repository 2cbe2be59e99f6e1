"""What an actor may be allowed to do with interactions."""

from guanxi.permissions import Permission

READ_INTERACTIONS = Permission("interactions.interaction.read", "See interactions and statistics", "查看互动和统计")
RECORD_INTERACTIONS = Permission("interactions.interaction.record", "Record interactions", "记录互动")
VOID_INTERACTIONS = Permission("interactions.interaction.void", "Void interactions", "冲销互动")
IMPORT_INTERACTIONS = Permission("interactions.import.run", "Import interactions from files", "从文件导入互动")
