"""Which customers and which contact points."""

from guanxi.customers.permissions import READ_CUSTOMERS
from guanxi.customers.types.filters import CustomerFilter
from guanxi.quality.service import search
from guanxi.quality.types.outputs import schema
from guanxi.schema.part import FilterRule

schema.filter_field(
    FilterRule(CustomerFilter, "search", search.write_condition, READ_CUSTOMERS),
    str,
    description=(
        "Each word finds the beginning of a name or of any part of it, in characters, pinyin or initials, without"
        " regard to case, diacritics, width or traditional forms; four digits find the end of a phone, and a whole"
        " phone or e-mail address its owner, for those who may see contact points."
    ),
)
