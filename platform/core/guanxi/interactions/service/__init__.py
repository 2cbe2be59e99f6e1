"""What can be done with interactions."""

from guanxi.interactions.service.imports import ImportOptions, ImportResult, import_file, resume
from guanxi.interactions.service.orders import Order, orders_of
from guanxi.interactions.service.reads import interactions_of, items_of
from guanxi.interactions.service.records import Recorded, record_interaction, record_interactions
from guanxi.interactions.service.stats import (
    Condition,
    Group,
    Measure,
    Only,
    Stat,
    StatsPage,
    StatsQuery,
    count_stats,
    interaction_stats,
)
from guanxi.interactions.service.totals import list_facts, net_minor_of
from guanxi.interactions.service.voids import void_interaction

__all__ = [
    "Condition",
    "Group",
    "ImportOptions",
    "ImportResult",
    "Measure",
    "Only",
    "Order",
    "Recorded",
    "Stat",
    "StatsPage",
    "StatsQuery",
    "count_stats",
    "import_file",
    "interaction_stats",
    "interactions_of",
    "items_of",
    "list_facts",
    "net_minor_of",
    "orders_of",
    "record_interaction",
    "record_interactions",
    "resume",
    "void_interaction",
]
