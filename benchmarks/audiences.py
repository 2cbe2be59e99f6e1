"""Compares ``previewAudience`` of three conditions with SQL written by hand for the same question, on both databases.

Run it with ``python benchmarks/audiences.py [CUSTOMERS] [ROUNDS]``; 1,000,000 customers when left out. The preview
checks rights and facts, compiles and binds; the ceiling is one statement on the same connection pool.
"""

import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from guanxi import app
from guanxi.app import Installation
from guanxi.audiences import service
from guanxi.audiences.rules.tree import And, Node, NumberIs, TextIs
from guanxi.context import Context
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.merchants import service as merchants
from guanxi.merchants.service import NewMerchant
from guanxi.settings import Settings
from guanxi.staff import service as staff
from guanxi.testing import server as servers

FLOOR = 0.8
PAGE = 10_000
NOW = datetime(2026, 11, 11, 4, tzinfo=UTC)
STAGES = ("lead", "active", "dormant", "lost")
MINIMUM = 30_000
AUDIENCE: Node = And(
    (
        TextIs("customers.lifecycle", ("active",)),
        TextIs("customers.tags", ("VIP",)),
        NumberIs("interactions.net_minor", gte=MINIMUM),
    )
)
CUSTOMER = (
    "INSERT INTO customer"
    " (id, merchant_id, display_name, is_lunar_birthday, lifecycle, version, created_at, updated_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?6)"
)
TAG = (
    "INSERT INTO customer_tag (id, merchant_id, customer_id, name, folded, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
)
INTERACTION = (
    "INSERT INTO interaction (id, merchant_id, customer_id, kind, occurred_at, recorded_at, channel, source,"
    " amount_minor, currency, actor, attributes, mode)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?5, 'web', 'web', ?6, 'CNY', 'system:bench', '{}', 'HISTORICAL')"
)
BY_HAND = """
WITH matching AS MATERIALIZED (
  SELECT c.id FROM customer c
  WHERE c.merchant_id = ?1 AND c.archived_at IS NULL AND c.lifecycle = 'active'
    AND c.id IN (SELECT t.customer_id FROM customer_tag t WHERE t.merchant_id = ?1 AND t.name = 'VIP')
    AND c.id IN (
      SELECT i.customer_id FROM interaction i
      WHERE i.merchant_id = ?1 AND i.kind IN ('purchase', 'refund', 'return') AND i.currency = 'CNY'
        AND i.amount_minor IS NOT NULL AND i.voided_by_id IS NULL AND i.voids_id IS NULL
      GROUP BY i.customer_id
      HAVING sum(CASE WHEN i.kind = 'purchase' THEN i.amount_minor ELSE -i.amount_minor END) >= ?2
    )
)
SELECT (SELECT count(*) FROM matching) AS total, id FROM matching ORDER BY id DESC LIMIT 10
"""


@dataclass
class Measured:
    """Milliseconds, one for each round."""

    database: str
    count: int = 0
    preview: list[float] = field(default_factory=list)
    by_hand: list[float] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """Medians, and the ratio that has a floor: of speeds, so that 1 is as fast as by hand."""
        ratios = [theirs / mine for mine, theirs in zip(self.preview, self.by_hand, strict=True)]
        return {
            "database": self.database,
            "matching": self.count,
            "preview_ms": round(statistics.median(self.preview), 1),
            "by_hand_ms": round(statistics.median(self.by_hand), 1),
            "ratio": round(statistics.median(ratios), 3),
            "floor": FLOOR,
        }


def main() -> int:
    """Zero where the ratio is above its floor everywhere."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        found = [asyncio.run(measure(Settings(database_url=f"sqlite://{folder}/a.db"), customers, rounds))]
    with servers.start() as server:
        asyncio.run(server.create("audiences"))
        keys = Path(server.folder) / "guanxi.keys"
        settings = Settings(
            database_url=server.app_url("audiences"), owner_url=server.owner_url("audiences"), key_file=keys
        )
        found.append(asyncio.run(measure(settings, customers, rounds)))
    print(f"{'database':10} {'matching':>9} {'preview ms':>11} {'by hand ms':>11} {'ratio':>6} {'floor':>6}")
    for one in found:
        print(
            f"{one['database']:10} {one['matching']:9,} {one['preview_ms']:11,} {one['by_hand_ms']:11,}"
            f" {one['ratio']:6} {one['floor']:6}"
        )
    print(json.dumps({"benchmark": "audiences", "customers": customers, "rounds": rounds, "results": found}))
    return 0 if all(one["ratio"] >= FLOOR for one in found) else 1


async def measure(settings: Settings, customers: int, rounds: int) -> dict[str, Any]:
    """Both ways, interleaved, on one database."""
    await app.migrate(settings)
    async with app.running(settings, work=False) as opened:
        ctx = await open_shop(opened)
        with acting_for(ctx.merchant.id):
            await fill(opened, ctx, customers)
            measured = Measured(opened.db.dialect)
            for number in range(rounds + 1):
                mine, preview = await timed(lambda: service.preview_audience(ctx, AUDIENCE))
                theirs, rows = await timed(lambda: opened.db.fetch(BY_HAND, [ctx.merchant.id, MINIMUM]))
                if (rows[0]["total"] if rows else 0) != preview.count:
                    raise SystemExit("the two ways do not agree")
                measured.count = preview.count
                if number:  # the first round warms both
                    measured.preview.append(mine)
                    measured.by_hand.append(theirs)
            return measured.summary()


async def timed(work: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    """Milliseconds, and what it gave."""
    start = time.perf_counter()
    result = await work()
    return (time.perf_counter() - start) * 1000, result


async def open_shop(opened: Installation) -> Context:
    """The platform acting for a new shop."""
    root = Context(staff.platform_principal(), opened.platform, request_id="bench", clock=lambda: NOW)
    row = await staff.found_merchant(root, NewMerchant(slug="bench", name="bench"))
    return replace(root, principal=staff.platform_principal(merchants.ref_of(row)))


async def fill(opened: Installation, ctx: Context, customers: int) -> None:
    """A fifth of the customers have the tag, half have bought, all are in one of four stages."""
    rng, merchant = random.Random(1), ctx.merchant.id
    for start in range(0, customers, PAGE):
        ids = [uuid7() for _ in range(min(PAGE, customers - start))]
        async with opened.db.transaction():
            await write(opened, CUSTOMER, [[one, merchant, "c", False, rng.choice(STAGES), NOW] for one in ids])
            tags = [one for one in ids if rng.random() < 0.2]
            await write(opened, TAG, [[uuid7(), merchant, one, "VIP", "vip", NOW] for one in tags])
            await write(opened, INTERACTION, [fact for one in ids for fact in facts_of(one, merchant, rng)])
    await opened.db.execute("ANALYZE")


def facts_of(customer: UUID, merchant: UUID, rng: random.Random) -> list[list[Any]]:
    """Up to three facts, a refund now and then."""
    kinds = rng.choices(("purchase", "purchase", "purchase", "refund"), k=rng.choice((0, 0, 1, 3)))
    return [[uuid7(), merchant, customer, kind, NOW, rng.randrange(50_000)] for kind in kinds]


async def write(opened: Installation, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Rows of one table."""
    if rows:
        await opened.db.execute_many(sql, rows)


if __name__ == "__main__":
    raise SystemExit(main())
