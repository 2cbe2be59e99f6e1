"""What can be done with custom fields."""

from guanxi.customfields.service.definitions import FieldChanges, create_field, fields_by_key, list_fields, update_field
from guanxi.customfields.service.values import Origin, fill_in, set_custom_fields

__all__ = [
    "FieldChanges",
    "Origin",
    "create_field",
    "fields_by_key",
    "fill_in",
    "list_fields",
    "set_custom_fields",
    "update_field",
]
