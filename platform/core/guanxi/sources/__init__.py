"""数据来源: other systems that send customers and interactions in signed batches."""
