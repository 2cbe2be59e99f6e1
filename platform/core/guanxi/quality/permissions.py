"""What an actor may be allowed to do for the quality of data."""

from guanxi.permissions import Permission

READ_QUALITY = Permission("quality.report.read", "See invalid values and duplicates", "查看无效数据和疑似重复")
MANAGE_QUALITY = Permission("quality.report.manage", "Find and dismiss duplicates", "查找和忽略疑似重复")
MERGE_CUSTOMERS = Permission("quality.customer.merge", "Merge customers and take them apart", "合并和拆分客户")
