"""Data quality: the search, invalid values, duplicates, merging."""
