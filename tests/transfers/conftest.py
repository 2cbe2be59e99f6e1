"""A shop with a folder for files, and an actor who may do everything with customers and their files."""

import io
import zipfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

import pytest

from guanxi.context import Actor, Context, MerchantRef, Principal
from guanxi.db.apps import App
from guanxi.db.database import Database
from guanxi.db.fields import uuid7
from guanxi.execution import reads
from guanxi.files import service as files
from guanxi.files.service import LocalFiles
from guanxi.permissions import Permission
from guanxi.schema.composed import ComposedSchema
from guanxi.testing.desk import BarePlatform, Desk
from guanxi.transfers import permissions as _declared  # noqa: F401 - so that everything is allowed

NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)
PARTS = ("files", "jobs", "merchants", "staff", "customers", "customfields", "interactions", "transfers")
APPS = ("audit", *PARTS)


@dataclass
class Platform(BarePlatform):
    """And a folder for files."""

    files: LocalFiles = field(kw_only=True)
    follow: Any = None


def shop_of(db: Database, folder: Path, merchant: MerchantRef) -> Desk:
    platform: Any = Platform(db, files=LocalFiles(folder))
    principal = Principal(merchant, Actor("platform", "t", frozenset(Permission.known)))
    return Desk(Context(principal, platform, "r1", clock=lambda: NOON))


@pytest.fixture
def app_set() -> Sequence[App]:
    return [App(name, f"guanxi.{name}.models", f"guanxi.{name}.migrations") for name in APPS]


@pytest.fixture
def open_shop(db: Database, tmp_path: Path) -> Callable[[str], Desk]:
    return lambda slug: shop_of(db, tmp_path / "kept", MerchantRef(uuid7(), slug, slug))


@pytest.fixture
def shop(open_shop: Callable[[str], Desk]) -> Iterator[Desk]:
    """Shop A, bound for the whole test."""
    found = open_shop("tea-a")
    with found.acting():
        yield found


@pytest.fixture
def ctx(shop: Desk) -> Context:
    return shop.ctx


@pytest.fixture
def schema(shop: Desk) -> ComposedSchema:
    """What the core offers."""
    parts = {name: import_module(f"guanxi.{name}.plugin").schema_part() for name in PARTS}
    return ComposedSchema(parts, {}, reads.bind)


@pytest.fixture
def ask(ctx: Context, schema: ComposedSchema) -> Any:
    """The answer's data, and no errors; ``by`` is the context of another actor."""

    async def asked(document: str, by: Context | None = None, **variables: Any) -> Any:
        asking = replace(by or ctx, schema=schema, loaders={})
        answer = await schema.execute(document, variable_values=variables, context_value=asking)
        assert answer.errors is None, answer.errors
        return answer.data

    return asked


Keep = Callable[[bytes | str, str], Awaitable[UUID]]


@pytest.fixture
def keep(ctx: Context, tmp_path: Path) -> Keep:
    """A content as an upload that is ready; its id."""

    async def kept(content: bytes | str, name: str = "客户.csv") -> UUID:
        path = tmp_path / uuid7().hex
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        row = await files.keep_local_file(
            ctx, path, name=name, purpose="import", media_type="text/csv", expires_in=files.REPORT_TIME
        )
        return row.id

    return kept


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    """A workbook as a spreadsheet writes it: shared texts, a style for days, numbers as numbers."""

    def made(*rows: Sequence[Any], **parts: str) -> bytes:
        texts: list[str] = []
        lines = []
        for number, row in enumerate(rows, 1):
            cells = "".join(_cell(f"{chr(65 + place)}{number}", value, texts) for place, value in enumerate(row))
            lines.append(f'<row r="{number}">{cells}</row>')
        return packed(
            {
                "[Content_Types].xml": "<Types/>",
                "xl/workbook.xml": f'<workbook {NAMES} xmlns:r="{RELATED}"><sheets><sheet name="隐" sheetId="1"'
                ' state="hidden" r:id="r0"/><sheet name="客户" sheetId="2" r:id="r1"/></sheets></workbook>',
                "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="r0" Target="worksheets/none.xml"/>'
                '<Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
                "xl/styles.xml": f'<styleSheet {NAMES}><numFmts><numFmt numFmtId="164" formatCode="yyyy/m"/>'
                '</numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>',
                "xl/sharedStrings.xml": f"<sst {NAMES}>"
                + "".join(f"<si><r><t>{escape(one)}</t></r><rPh><t>拼音</t></rPh></si>" for one in texts)
                + "</sst>",
                "xl/worksheets/sheet1.xml": f"<worksheet {NAMES}><sheetData>{''.join(lines)}</sheetData></worksheet>",
            }
            | {name.replace("__", "/"): text for name, text in parts.items()}
        )

    return made


NAMES = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(parts: dict[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name, text)
    return target.getvalue()


def _cell(place: str, value: Any, texts: list[str]) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        days = (value.replace(tzinfo=None) - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001 - a serial
        return f'<c r="{place}" s="1"><v>{days:g}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    texts.append(value)
    return f'<c r="{place}" t="s"><v>{len(texts) - 1}</v></c>'
