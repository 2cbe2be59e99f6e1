"""An import takes what is sound, reports what is not, and does neither twice."""

import asyncio
import csv
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from guanxi.context import Context
from guanxi.customers import permissions as customer_permissions
from guanxi.customers import service as customers
from guanxi.customers.models import ContactPoint, Customer
from guanxi.customers.rules.profile import Identity
from guanxi.customfields import service as customfields
from guanxi.customfields.models import CustomValue
from guanxi.customfields.rules import FieldKind
from guanxi.errors import BadUserInputError, ConflictError, ForbiddenError, NotFoundError
from guanxi.files import service as files
from guanxi.testing.dirty_files import dirty_export
from guanxi.transfers import permissions, service
from guanxi.transfers.models import FileImport, ImportProblem
from guanxi.transfers.service import ImportOptions

Keep = Callable[..., Awaitable[UUID]]
PLAIN, DRY = ImportOptions(), ImportOptions(is_dry_run=True)


async def imported(ctx: Context, file_id: UUID, options: ImportOptions = PLAIN, **more: Any) -> FileImport:
    row = await service.start_import(ctx, file_id, options, is_queued=False)
    return await service.run_import(ctx, row.id, **more)


async def told(row: FileImport, *, warnings: bool = False) -> list[tuple[int, str]]:
    found = await ImportProblem.filter(file_import_id=row.id, is_warning=warnings)
    return sorted((one.row, one.code) for one in found)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
async def test_of_a_dirty_export_every_sound_row_is_taken_and_every_other_is_told(
    ctx: Context, keep: Keep, encoding: str
) -> None:
    dirty = dirty_export(30, encoding=encoding)

    row = await imported(ctx, await keep(dirty.content), page_rows=7)

    assert (row.state, row.created_count, row.rows_refused) == ("done", dirty.sound, len(dirty.problems))
    assert await Customer.all().count() == dirty.sound
    assert await told(row) == sorted(dirty.problems)
    assert await told(row, warnings=True) == sorted(dirty.warnings)


async def test_a_dry_run_says_the_same_and_writes_nothing(ctx: Context, keep: Keep) -> None:
    dirty = dirty_export(30)
    file_id = await keep(dirty.content)

    row = await imported(ctx, file_id, DRY)

    assert (row.state, row.created_count, row.rows_refused) == ("checked", dirty.sound, len(dirty.problems))
    assert await told(row) == sorted(dirty.problems)
    assert await Customer.all().count() == 0
    assert (await imported(ctx, file_id)).created_count == dirty.sound


async def test_the_rows_that_were_left_out_come_back_corrected(ctx: Context, keep: Keep) -> None:
    first = await imported(ctx, await keep("姓名,手机,备注\n李雷,1.38E+10,=1+1\n韩梅梅,13900000000,\n"))
    report, path = await files.open_download(ctx, first.report_id)
    (header, row) = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))

    assert header == ["姓名", "手机", "备注", "问题 Problem", "修改建议 Suggestion"]
    assert row[:3] == ["李雷", "1.38E+10", "'=1+1"]
    corrected = path.read_text(encoding="utf-8-sig").replace("1.38E+10", "13800000000")
    second = await imported(ctx, await keep(corrected, report.name))

    assert (second.created_count, second.rows_refused, second.report_id) == (1, 0, None)
    assert sorted([one.display_name for one in await Customer.all()]) == ["李雷", "韩梅梅"]


async def test_the_same_file_again_brings_nothing(ctx: Context, keep: Keep) -> None:
    content = dirty_export(20).content
    first = await imported(ctx, await keep(content))

    again = await imported(ctx, await keep(content, "other-name.csv"))

    assert again.id == first.id
    assert await Customer.all().count() == 20


async def test_a_customer_that_is_known_by_its_external_id_is_changed(ctx: Context, keep: Keep) -> None:
    options = ImportOptions(system="taobao", source="old-shop")
    await imported(ctx, await keep("会员号,姓名,手机\nT1,李雷,13800000000\nT2,韩梅梅,\n"), options)

    second = await imported(ctx, await keep("会员号,姓名,手机\nT1,李蕾,13800000000\nT2,韩梅梅,\n,王芳,\n"), options)

    assert (second.created_count, second.updated_count, second.unchanged_count) == (1, 1, 1)
    found = await customers.find_customer(ctx, identity=Identity("taobao", "T1"))
    assert found is not None
    assert (found.display_name, found.source) == ("李蕾", "old-shop")


async def test_a_workbook_is_imported_like_a_text(ctx: Context, keep: Keep, workbook: Callable[..., bytes]) -> None:
    content = workbook(["客户表"], [], ["姓名", "手机"], ["李雷", 13800000000], ["韩梅梅", 1.38e10], ["王芳", 12])

    row = await imported(ctx, await keep(content, "客户.xlsx"))

    assert (row.encoding, row.created_count, await told(row)) == (None, 2, [(6, "INVALID_PHONE")])
    assert sorted([one.normalised for one in await ContactPoint.all()]) == ["+8613800000000"] * 2


async def test_invalid_contacts_are_kept_and_marked_where_that_is_asked_for(ctx: Context, keep: Keep) -> None:
    row = await imported(ctx, await keep("姓名,手机\n李雷,1380000\n"), ImportOptions(keep_invalid=True))

    assert (row.created_count, row.rows_refused) == (1, 0)
    assert await told(row, warnings=True) == [(2, "INVALID_PHONE")]
    assert [(one.value, one.is_valid) for one in await ContactPoint.all()] == [("1380000", False)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "UNREADABLE_FILE"),
        ("1,2\n3,4\n", "UNREADABLE_FILE"),
        ('姓名,手机\n李雷,1\n"韩梅梅,2\n', "UNREADABLE_FILE"),
        ("客戶姓名,電話號碼,國語學習\n".encode("big5"), "UNKNOWN_ENCODING"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "UNREADABLE_FILE"),
        (b"PK\x03\x04rubbish", "UNREADABLE_FILE"),
    ],
)
async def test_a_file_that_breaks_anywhere_is_not_imported_at_all(
    ctx: Context, keep: Keep, content: bytes | str, code: str
) -> None:
    row = await imported(ctx, await keep(content), page_rows=1)

    assert row.state == "failed"
    assert row.error is not None
    assert (row.error["code"], bool(row.error["en"]), bool(row.error["zh"])) == (code, True, True)
    assert await Customer.all().count() == 0


async def test_what_the_customers_rules_refuse_is_a_problem_of_its_row(ctx: Context, keep: Keep) -> None:
    row = await imported(ctx, await keep(f"姓名,生日\n李雷,2999-01-01\n{'长' * 130},\n韩梅梅,\n"))

    assert (row.created_count, await told(row)) == (1, [(2, "REFUSED"), (3, "REFUSED")])
    found = await ImportProblem.filter(file_import_id=row.id).order_by("row")
    assert [one.column for one in found] == ["生日", "姓名"]


async def test_an_import_is_stopped_between_two_pages_and_goes_on_there(ctx: Context, keep: Keep) -> None:
    row = await service.start_import(ctx, await keep(dirty_export(20).content), ImportOptions(), is_queued=False)

    async def stop(done: int, _total: int) -> None:
        await service.cancel_import(ctx, row.id)

    tasks: list[asyncio.Task[None]] = []
    stopped = await service.run_import(
        ctx, row.id, page_rows=5, progress=lambda *at: tasks.append(asyncio.ensure_future(stop(*at)))
    )
    await asyncio.gather(*tasks)
    before = await Customer.all().count()
    await service.resume_import(ctx, row.id, is_queued=False)
    ended = await service.run_import(ctx, row.id)

    assert (stopped.state, ended.state, ended.created_count) == ("cancelled", "done", 20)
    assert 0 < before < 20
    assert await Customer.all().count() == 20
    with pytest.raises(ConflictError):
        await service.cancel_import(ctx, row.id)


async def test_two_workers_take_each_row_once(ctx: Context, keep: Keep) -> None:
    row = await service.start_import(ctx, await keep(dirty_export(20).content), ImportOptions(), is_queued=False)

    runs = (service.run_import(ctx, row.id, page_rows=3) for _ in range(3))
    outcomes = await asyncio.gather(*runs, return_exceptions=True)

    assert {type(one) for one in outcomes} <= {FileImport, ConflictError}
    await service.run_import(ctx, row.id)
    assert (await FileImport.get(id=row.id)).created_count == 20
    assert await Customer.all().count() == 20


async def test_who_lost_the_right_meanwhile_imports_no_further_page(shop: Any, ctx: Context, keep: Keep) -> None:
    row = await service.start_import(ctx, await keep(dirty_export(20).content), ImportOptions(), is_queued=False)
    await FileImport.filter(id=row.id).update(started_by="token:revoked0")

    ended = await service.run_import(ctx, row.id)

    assert ended.state == "failed"
    assert ended.error is not None
    assert ended.error["code"] == "FORBIDDEN"
    assert await Customer.all().count() == 0


async def test_who_may_not_import_or_write_customers_starts_nothing(shop: Any, keep: Keep) -> None:
    file_id = await keep("姓名\n李雷\n")

    for missing in (permissions.RUN_IMPORTS, customer_permissions.WRITE_CUSTOMERS):
        with pytest.raises(ForbiddenError):
            await service.start_import(shop.without(missing), file_id, ImportOptions())
    assert await FileImport.all().count() == 0


async def test_options_that_make_no_sense_are_refused(ctx: Context, keep: Keep) -> None:
    file_id = await keep("姓名\n李雷\n")

    for options in (ImportOptions(mapping={"姓名": "salary"}), ImportOptions(system="no system!")):
        with pytest.raises(BadUserInputError):
            await service.start_import(ctx, file_id, options)


async def test_another_merchant_can_neither_import_the_file_nor_touch_the_import(
    open_shop: Any, ctx: Context, keep: Keep, tmp_path: Path
) -> None:
    file_id = await keep("姓名\n李雷\n")
    row = await service.start_import(ctx, file_id, ImportOptions(), is_queued=False)

    with open_shop("tea-b").acting() as other:
        for attempt in (
            service.start_import(other, file_id, ImportOptions()),
            service.resume_import(other, row.id),
            service.cancel_import(other, row.id),
            service.run_import(other, row.id),
        ):
            with pytest.raises(NotFoundError):
                await attempt


async def test_columns_become_fields_that_the_merchant_has_defined(ctx: Context, keep: Keep) -> None:
    await customfields.create_field(ctx, key="size", label="鞋码", kind=FieldKind.NUMBER)
    await customfields.create_field(ctx, key="tea", label="爱喝", kind=FieldKind.ENUM, options=["红茶", "绿茶"])
    content = '会员号,姓名,鞋码,爱喝,储值\n1,李雷,42,红茶,"¥1,250.5"\n2,韩梅梅,大,绿茶,\n3,王芳,,咖啡,\n4,张伟,,,\n'
    await customfields.create_field(ctx, key="balance", label="余额", kind=FieldKind.MONEY)
    file_id = await keep(content)

    dry = await imported(ctx, file_id, ImportOptions(mapping={"储值": "custom.balance"}, is_dry_run=True))
    row = await imported(ctx, file_id, ImportOptions(mapping={"储值": "custom.balance"}))

    assert (row.created_count, await told(row)) == (2, [(3, "REFUSED"), (4, "REFUSED")])
    assert await told(dry) == await told(row)
    found = {(one.number, one.choice, one.amount_minor, one.collected) for one in await CustomValue.all()}
    assert found == {
        (42.0, None, None, "indirect"), (None, "红茶", None, "indirect"), (None, None, 125050, "indirect"),
    }  # fmt: skip
    changed = await imported(ctx, await keep("会员号,鞋码\n1,43\n4,\n"))
    assert (changed.updated_count, changed.unchanged_count) == (1, 1)


async def test_a_column_that_shall_become_an_unknown_field_fails_the_import(ctx: Context, keep: Keep) -> None:
    row = await imported(ctx, await keep("姓名,鞋码\n李雷,42\n"), ImportOptions(mapping={"鞋码": "custom.size"}))

    assert row.error is not None
    assert (row.state, row.error["code"]) == ("failed", "NOT_FOUND")


async def test_the_values_of_old_problems_are_forgotten(ctx: Context, keep: Keep) -> None:
    await imported(ctx, await keep("姓名,手机\n李雷,1\n"))
    later = replace(ctx, clock=lambda: ctx.now() + files.REPORT_TIME)

    assert (await service.forget_problems(ctx), await service.forget_problems(later)) == (0, 1)
    assert await ImportProblem.all().count() == 0
