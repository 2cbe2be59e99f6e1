"""What an actor may be allowed to do with files of rows."""

from guanxi.permissions import Permission

RUN_IMPORTS = Permission("transfers.import.run", "Import customers from files", "从文件导入客户")
READ_IMPORTS = Permission("transfers.import.read", "See imports and their reports", "查看导入及其报告")
RUN_EXPORTS = Permission("transfers.export.run", "Export customers and interactions to files", "导出客户和互动到文件")
READ_EXPORTS = Permission("transfers.export.read", "See exports and download their files", "查看导出并下载文件")
