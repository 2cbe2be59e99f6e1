"""Forgetting what was wrong in old imports: the values are personal, and their report is gone by then."""

from guanxi.context import Context
from guanxi.files import service as files
from guanxi.transfers.models import ImportProblem

BATCH = 1_000


async def forget_problems(ctx: Context) -> int:
    """Delete the problems of the bound merchant's imports that ended longer ago than reports are kept; how many."""
    removed = 0
    old = ImportProblem.filter(file_import__finished_at__lte=ctx.now() - files.REPORT_TIME)
    while batch := await old.order_by("id").limit(BATCH):
        async with ctx.transaction():
            removed += await ImportProblem.filter(id__in=[one.id for one in batch]).delete()
    return removed
