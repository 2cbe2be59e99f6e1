"""What runs for somebody ends with his rights: a revoked token, a post that is handed over."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from guanxi.context import Context
from guanxi.customers import service as customers
from guanxi.customers.models import Customer
from guanxi.db.database import Database
from guanxi.db.merchant import acting_for
from guanxi.files import service as files
from guanxi.files.models import File
from guanxi.merchants import service as merchants
from guanxi.merchants.service import NewMerchant
from guanxi.schema.composed import ComposedSchema
from guanxi.staff import service as staff
from guanxi.staff.models import StaffMember
from guanxi.staff.service.posts import NewPost
from guanxi.testing.dirty_files import dirty_export
from guanxi.transfers import service
from guanxi.transfers.models import FileExport, FileImport
from guanxi.transfers.service import acting, selecting

MANY = 30


@pytest.fixture
async def boss(ctx: Context, schema: ComposedSchema) -> AsyncIterator[Context]:
    """The platform acting for a real merchant with many customers."""
    platform = replace(ctx, principal=staff.platform_principal(), schema=schema)
    row = await staff.found_merchant(platform, NewMerchant(slug="real-tea", name="Real Tea"))
    principal = staff.platform_principal(merchants.ref_of(row))
    with acting_for(row.id):
        found = replace(platform, principal=principal, loaders={})
        items = [customers.NewCustomer({"display_name": f"客{n}"}) for n in range(MANY)]
        for item in items:
            await customers.create_customer(found, item)
        yield found


@pytest.fixture
async def token(boss: Context, db: Database) -> Any:
    """A token that may do everything, and its context."""
    role = await staff.get_role(boss, "admin")
    await staff.create_token(boss, name="spare", role_id=role.id)  # the last one could not be revoked
    issued = await staff.create_token(boss, name="exporter", role_id=role.id)
    principal = await staff.authenticate(db, issued.text, boss.now())
    return issued.token, replace(boss, principal=principal, loaders={})


async def until(condition: Any) -> None:
    """Wait, but not for ever."""
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110 - what is awaited is a row of the database
            await asyncio.sleep(0.005)


async def test_an_export_whose_token_is_revoked_in_the_middle_yields_nothing(
    boss: Context, token: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selecting, "PAGE_ROWS", 1)
    issued, asking = token
    row = await service.start_export(asking, "customers", "csv", is_queued=False)

    running = asyncio.create_task(service.run_export(boss, row.id))
    await until(lambda: FileExport.filter(id=row.id, rows_done__gte=1).exists())
    await staff.revoke_token(boss, token_id=issued.id)
    ended = await running

    assert ended.error is not None
    assert (ended.state, ended.file_id, ended.error["code"]) == ("failed", None, "FORBIDDEN")
    assert 1 <= ended.rows_done < MANY
    assert await File.all().count() == 0
    assert [path for path in (tmp_path / "kept").rglob("*") if path.is_file()] == []


async def test_an_export_goes_on_for_a_token_that_stands(boss: Context, token: Any) -> None:
    row = await service.start_export(token[1], "customers", "csv", is_queued=False)

    ended = await service.run_export(boss, row.id)

    assert (ended.state, ended.rows_done) == ("done", MANY)


async def test_an_import_whose_token_is_revoked_takes_no_further_page(
    boss: Context, token: Any, tmp_path: Path
) -> None:
    issued, asking = token
    path = tmp_path / "dirty.csv"
    path.write_bytes(dirty_export(200).content)
    kept = await files.keep_local_file(
        asking, path, name="a.csv", purpose="import", media_type="text/csv", expires_in=files.REPORT_TIME
    )
    row = await service.start_import(asking, kept.id, service.ImportOptions(), is_queued=False)

    running = asyncio.create_task(service.run_import(boss, row.id, page_rows=2))
    await until(lambda: FileImport.filter(id=row.id, rows_done__gte=1).exists())
    await staff.revoke_token(boss, token_id=issued.id)
    ended = await running

    assert ended.error is not None
    assert (ended.state, ended.error["code"]) == ("failed", "FORBIDDEN")
    assert await Customer.all().count() == MANY + ended.created_count < MANY + 200


async def test_a_post_that_is_handed_over_takes_the_running_export_of_its_old_holder_with_it(
    boss: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selecting, "PAGE_ROWS", 1)
    unit = await staff.create_unit(boss, name="门店")
    role = await staff.get_role(boss, "admin")
    post = await staff.create_post(boss, NewPost(unit.id, role.id, "店长", scope="merchant"))
    old, new = [await staff.invite_staff(boss, name=name, email=f"{name}@shop.example") for name in ("old", "new")]
    await StaffMember.all().update(state="active")
    await staff.assign_post(boss, post_id=post.id, person_id=old.id)
    asking = await acting.as_starter(boss, f"staff:{old.id.hex}")
    row = await service.start_export(asking, "customers", "csv", is_queued=False)

    running = asyncio.create_task(service.run_export(boss, row.id))
    await until(lambda: FileExport.filter(id=row.id, rows_done__gte=1).exists())
    version = (await staff.get_post(post.id)).version
    await staff.hand_over(boss, post_id=post.id, to_person_id=new.id, expected_version=version)
    ended = await running

    assert ended.error is not None
    assert (ended.state, ended.file_id, ended.error["code"]) == ("failed", None, "FORBIDDEN")
    assert await File.all().count() == 0
