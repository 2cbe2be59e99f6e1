"""What an actor may be allowed to do with custom fields."""

from guanxi.permissions import Permission

READ_FIELDS = Permission("customfields.field.read", "See custom fields and their values", "查看自定义字段及其值")
WRITE_FIELDS = Permission("customfields.field.write", "Define custom fields", "定义自定义字段")
WRITE_VALUES = Permission("customfields.value.write", "Fill in custom fields of customers", "填写客户的自定义字段")
