"""GraphQL of data quality."""

from guanxi.quality.types import filters, outputs

__all__ = ["filters", "schema"]

schema = outputs.schema
