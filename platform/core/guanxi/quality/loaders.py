"""Reports as GraphQL shows them."""

from guanxi.customers.types.enums import ContactKind
from guanxi.quality import service
from guanxi.quality.types.outputs import DataQuality, InvalidContacts
from guanxi.schema.scalars import Long


def to_quality(found: service.QualityReport) -> DataQuality:
    """A report as GraphQL shows it."""
    return DataQuality(
        customers=Long(found.customers),
        without_contact=Long(found.without_contact),
        duplicates=Long(found.duplicates),
        invalid=[
            InvalidContacts(kind=ContactKind(one.kind), reason=one.reason, count=Long(one.count))
            for one in found.invalid
        ],
    )
