"""What can be done about consent and about the rights of customers over their data."""

from guanxi.privacy.service.consents import Statement, may_contact, may_use, refusals_of_calls, set_consent
from guanxi.privacy.service.erasures import digest_of, erase_customer
from guanxi.privacy.service.exports import Export, export_customer
from guanxi.privacy.service.holds import lift_hold, place_hold
from guanxi.privacy.service.merges import join_consents, part_consents
from guanxi.privacy.service.requests import close_request, register_request
from guanxi.privacy.service.retention import Report, run_retention, set_retention

__all__ = [
    "Export",
    "Report",
    "Statement",
    "close_request",
    "digest_of",
    "erase_customer",
    "export_customer",
    "join_consents",
    "lift_hold",
    "may_contact",
    "may_use",
    "part_consents",
    "place_hold",
    "refusals_of_calls",
    "register_request",
    "run_retention",
    "set_consent",
    "set_retention",
]
