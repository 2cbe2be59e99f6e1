"""Importing the real CDNOW file: everything, once, exactly; and what is wrong with other files."""

import asyncio
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from guanxi.customers.models import Customer, ExternalIdentity
from guanxi.customers.permissions import WRITE_CUSTOMERS
from guanxi.db.database import Database
from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError
from guanxi.events import InteractionsImported
from guanxi.interactions import permissions, service
from guanxi.interactions.errors import ImportRefusedError
from guanxi.interactions.models import ImportRun, Interaction
from guanxi.interactions.service import Group, ImportOptions, Measure, StatsQuery

SMALL = ImportOptions(page_rows=100)
HEADER = b" customer_id  date number_of_cds  dollar_value\r\n"
LINE = b" 00001 19970101  1   11.77\r\n"


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """A file with these bytes."""

    def write(content: bytes) -> Path:
        path = tmp_path / "file.txt"
        path.write_bytes(content)
        return path

    return write


async def test_the_whole_file_is_imported_exactly_and_only_once(cdnow: Path, db: Database, cdnow_shop: Any) -> None:
    ctx, seen = cdnow_shop.ctx, []
    done = await service.import_file(ctx, db, cdnow, "cdnow", progress=lambda *rows: seen.append(rows))
    events = len(cdnow_shop.events)
    again = await service.import_file(ctx, db, cdnow, "cdnow")

    (total,) = (await service.interaction_stats(ctx, StatsQuery())).rows
    assert (done.rows_done, done.customers_created, done.interactions_created) == (69_659, 23_570, 69_659)
    assert (done.state, done.is_repeat, done.problems, seen[-1]) == ("done", False, (), (69_659, 69_659))
    assert (total.currency, total.count, total.net_minor) == ("USD", 69_659, 250_031_563)
    assert await service.count_stats(ctx, StatsQuery(group_by=[Group.CUSTOMER])) == 23_570
    assert await Interaction.filter(amount_minor=0).count() == 80
    assert (again.is_repeat, again.run_id, again.rows_done) == (True, done.run_id, 69_659)
    assert (again.interactions_created, again.customers_created, len(cdnow_shop.events)) == (0, 0, events)
    assert await Interaction.all().count() == 69_659


async def test_a_line_becomes_a_purchase_of_a_new_customer(written: Any, db: Database, cdnow_shop: Any) -> None:
    await service.import_file(cdnow_shop.ctx, db, written(HEADER + LINE + LINE), "cdnow")

    customer, identity = await Customer.get(), await ExternalIdentity.get()
    first, second = await Interaction.all().order_by("id")
    assert (customer.display_name, customer.lifecycle, customer.version) == ("CDNOW 00001", "lead", 1)
    assert (identity.customer_id, identity.system, identity.external_id) == (customer.id, "cdnow", "00001")
    assert (first.customer_id, first.kind, first.amount_minor, first.currency) == (customer.id, "purchase", 1177, "USD")
    assert (first.mode, first.channel, first.source, first.attributes) == (
        "HISTORICAL",
        "web",
        "cdnow",
        {"quantity": 1},
    )
    assert first.occurred_at.isoformat() == "1997-01-01T05:00:00+00:00"
    assert (first.external_id.split(":")[1], second.external_id.split(":")[1]) == ("2", "3")


async def test_each_page_is_one_event_and_days_are_those_of_the_file(
    part_of: Any, db: Database, cdnow_shop: Any
) -> None:
    await service.import_file(cdnow_shop.ctx, db, part_of(250), "cdnow", options=SMALL)
    query = StatsQuery(group_by=[Group.DAY], order_by=[(Measure.BUCKET, False)], first=1)

    told = [event for event in cdnow_shop.events if isinstance(event, InteractionsImported)]
    assert [event.count for event in told] == [100, 100, 50]
    assert str((await service.interaction_stats(cdnow_shop.ctx, query)).rows[0].bucket) == "1997-01-01"


async def test_known_customers_get_the_purchases(part_of: Any, written: Any, db: Database, cdnow_shop: Any) -> None:
    first = await service.import_file(cdnow_shop.ctx, db, written(HEADER + LINE), "cdnow")
    second = await service.import_file(cdnow_shop.ctx, db, part_of(100), "cdnow")

    assert first.customers_created == 1
    assert await Customer.all().count() == 1 + second.customers_created
    assert await Interaction.all().count() == 101


async def test_a_malformed_line_refuses_the_whole_file_and_is_named(
    written: Any, db: Database, cdnow_shop: Any
) -> None:
    path = written(HEADER + LINE + b" 00001 19970230  1   11.77\r\nnonsense\r\n" + LINE)

    with pytest.raises(ImportRefusedError) as caught:
        await service.import_file(cdnow_shop.ctx, db, path, "cdnow")

    problems = caught.value.details["problems"]
    assert [(one.line, one.column, one.code, one.value) for one in problems] == [
        (3, "date", "BAD_VALUE", "19970230"),
        (4, "", "COLUMN_COUNT", "nonsense"),
    ]
    assert (await Interaction.all().count(), await ImportRun.all().count()) == (0, 0)


async def test_malformed_lines_can_be_passed_over_but_not_silently(written: Any, db: Database, cdnow_shop: Any) -> None:
    path = written(HEADER + LINE + b"nonsense\r\n\r\n" + LINE.strip())
    lenient = ImportOptions(is_strict=False)

    done = await service.import_file(cdnow_shop.ctx, db, path, "cdnow", options=lenient)

    assert (done.interactions_created, [one.line for one in done.problems]) == (2, [3])
    assert (await ImportRun.get()).problem_count == 1


async def test_a_wrong_file_is_refused_clearly(written: Any, tmp_path: Path, db: Database, cdnow_shop: Any) -> None:
    for content, preset in ((b"", "cdnow"), (b"id,name\n1,a\n", "cdnow"), (HEADER, "csv")):
        with pytest.raises(BadUserInputError) as caught:
            await service.import_file(cdnow_shop.ctx, db, written(content), preset)
        assert caught.value.hint is not None
    with pytest.raises(BadUserInputError, match="No such file"):
        await service.import_file(cdnow_shop.ctx, db, tmp_path / "gone.txt", "cdnow")
    assert await ImportRun.all().count() == 0


async def test_an_import_needs_its_rights(written: Any, db: Database, cdnow_shop: Any) -> None:
    path = written(HEADER + LINE)
    for missing in (permissions.IMPORT_INTERACTIONS, WRITE_CUSTOMERS):
        with pytest.raises(ForbiddenError):
            await service.import_file(cdnow_shop.without(missing), db, path, "cdnow")

    assert (await Interaction.all().count(), await Customer.all().count()) == (0, 0)


async def test_a_failed_import_resumes_where_it_failed(part_of: Any, db: Database, cdnow_shop: Any) -> None:
    def stop(rows: int, _total: int) -> None:
        if rows == 200:
            raise RuntimeError("the terminal is gone")

    path = part_of(300)
    with pytest.raises(RuntimeError):
        await service.import_file(cdnow_shop.ctx, db, path, "cdnow", progress=stop, options=SMALL)
    failed = await ImportRun.get()
    moved = path.rename(path.with_name("moved.txt"))
    done = await service.resume(cdnow_shop.ctx, db, path=moved, options=SMALL)

    assert (failed.state, failed.rows_done, failed.error) == ("failed", 200, "RuntimeError: the terminal is gone")
    assert (done.run_id, done.state, done.rows_done) == (failed.id, "done", 300)
    assert await Interaction.all().count() == 300


async def test_what_cannot_be_resumed_says_why(part_of: Any, db: Database, cdnow_shop: Any) -> None:
    ctx, path = cdnow_shop.ctx, part_of(100)
    with pytest.raises(NotFoundError):
        await service.resume(ctx, db)
    done = await service.import_file(ctx, db, path, "cdnow")
    with pytest.raises(NotFoundError):
        await service.resume(ctx, db)

    assert (await service.resume(ctx, db, done.run_id)).is_repeat
    path.write_bytes(HEADER + LINE)
    with pytest.raises(ConflictError):
        await service.resume(ctx, db, done.run_id)


async def test_two_imports_of_one_file_record_it_once(part_of: Any, db: Database, cdnow_shop: Any) -> None:
    path = part_of(1000)
    answers = await asyncio.gather(
        *(service.import_file(cdnow_shop.ctx, db, path, "cdnow", options=SMALL) for _ in range(3)),
        return_exceptions=True,
    )

    assert all(isinstance(one, ConflictError | service.ImportResult) for one in answers), answers
    assert any(isinstance(one, service.ImportResult) for one in answers)
    assert await Interaction.all().count() == (await ImportRun.get()).rows_done == 1000


async def test_memory_stays_flat_however_long_the_file(part_of: Any, db: Database, cdnow_shop: Any) -> None:
    async def peak(rows: int) -> int:
        tracemalloc.start()
        try:
            await service.import_file(cdnow_shop.ctx, db, part_of(rows), "cdnow", options=ImportOptions(page_rows=500))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    await peak(500)
    assert await peak(8000) < 1.5 * await peak(2000) + 500_000
