"""Pure decisions of data quality."""
