"""What privacy does by night."""

from typing import Any

from guanxi.context import Context
from guanxi.hookspecs import JobKind
from guanxi.privacy import service


async def clear_old(ctx: Context, _payload: dict[str, Any]) -> None:
    """Clear what was kept long enough; a try that is repeated goes on where the last one ended."""
    await service.run_retention(ctx, dry_run=False)


KINDS = [JobKind(name="privacy.retention", run=clear_old, retries=3, cron="30 3 * * *", is_told=False)]
