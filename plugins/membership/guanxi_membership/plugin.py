"""Manifest and hooks of membership."""

from guanxi import Fact, FactRows, Manifest, SavedOperation, SchemaPart, Text, hookimpl
from guanxi_membership import handlers, permissions, service
from guanxi_membership.schema import schema

MANIFEST = Manifest(
    id="membership",
    version="0.1.0",
    title=Text("Membership", "会员"),
    summary=Text("Programs with tiers that customers reach by spending.", "会员计划与按消费晋级的等级。"),
    data_categories=(Text("Membership and spend", "会员身份与消费额"),),
    models="guanxi_membership.models",
    migrations="guanxi_membership.migrations",
)

TIERS = """query MemberTiers { memberTiers(first: 10) { nodes { id rank name thresholdMinor } } }"""


@hookimpl
def schema_part() -> SchemaPart:
    """Types and fields of membership."""
    return schema


@hookimpl
def facts() -> list[Fact]:
    """The tier, for audiences and conditions."""
    return [
        Fact(
            name="membership.tier",
            type=str,
            description=Text("Name of the tier that the customer holds", "客户所在等级名称"),
            permission=permissions.READ_ACCOUNTS,
            get=service.tier_names_of,
            sql=FactRows(write=service.write_tier_names),
        )
    ]


@hookimpl
def saved_operations() -> list[SavedOperation]:
    """For GraphiQL."""
    return [SavedOperation(title=Text("Tiers", "会员等级"), document=TIERS)]


interaction_recorded = hookimpl(handlers.count_purchase)
customer_merged = hookimpl(handlers.merge_accounts)
customer_unmerged = hookimpl(handlers.unmerge_accounts)
seed_demo = hookimpl(handlers.tell_story)
