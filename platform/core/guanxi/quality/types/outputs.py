"""What is read of data quality."""

from guanxi.schema.part import SchemaPart

schema = SchemaPart()
