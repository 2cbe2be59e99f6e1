"""GraphQL types of data quality."""
