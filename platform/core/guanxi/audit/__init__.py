"""Who did what that matters: written with the data, chained and signed afterwards, so that a change is noticed."""

from guanxi.audit.recording import record, reference
from guanxi.audit.sealer import Sealer, seal_entries
from guanxi.audit.verifying import Fault, Report, verify

__all__ = ["Fault", "Report", "Sealer", "record", "reference", "seal_entries", "verify"]
