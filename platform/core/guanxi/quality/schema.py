"""GraphQL of data quality."""

from guanxi.context import Context
from guanxi.customers.types.outputs import CUSTOMER
from guanxi.quality import loaders, permissions, service
from guanxi.quality.types import filters, inputs, outputs, payloads

__all__ = ["filters", "schema"]

schema = outputs.schema


@schema.mutation(permission=permissions.MERGE_CUSTOMERS)
async def merge_customers(ctx: Context, values: inputs.MergeCustomersInput) -> payloads.MergeCustomersPayload | None:
    """Make two customers one: the survivor gets all that the other has. `unmergeCustomers` takes it back."""
    merge = await service.merge_customers(
        ctx,
        values.survivor.of(CUSTOMER),
        values.absorbed.of(CUSTOMER),
        survivor_version=values.expected_version,
        absorbed_version=values.absorbed_version,
    )
    return payloads.MergeCustomersPayload(customer_id=merge.survivor_id, merge_id=merge.id)


@schema.mutation(permission=permissions.MERGE_CUSTOMERS)
async def unmerge_customers(
    ctx: Context, values: inputs.UnmergeCustomersInput
) -> payloads.UnmergeCustomersPayload | None:
    """Give the absorbed customer back what it had before the merge; what came since stays with the survivor."""
    merge = await service.unmerge_customers(ctx, values.id.of(outputs.MERGE))
    return payloads.UnmergeCustomersPayload(
        survivor_id=merge.survivor_id, absorbed_id=merge.absorbed_id, merge_id=merge.id
    )


@schema.query(permission=permissions.READ_QUALITY)
async def data_quality(ctx: Context) -> outputs.DataQuality | None:
    """What is wrong with the data, counted."""
    return loaders.to_quality(await service.quality_report(ctx))


@schema.mutation(permission=permissions.MANAGE_QUALITY)
async def dismiss_duplicate(
    ctx: Context, values: inputs.DismissDuplicateInput
) -> payloads.DismissDuplicatePayload | None:
    """Two customers are not the same person: do not show the pair again."""
    await service.dismiss_duplicate(ctx, values.id.of(outputs.DUPLICATE))
    return payloads.DismissDuplicatePayload()


@schema.mutation(permission=permissions.MANAGE_QUALITY)
async def find_duplicates(ctx: Context) -> payloads.FindDuplicatesPayload | None:
    """Have duplicates found anew, soon; it is done every night anyway."""
    await service.seek_duplicates(ctx)
    return payloads.FindDuplicatesPayload()
