"""GraphQL types of imports and exports."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from guanxi.customers import permissions as customers
from guanxi.customers.rules import masks
from guanxi.customers.types.filters import CustomerFilter
from guanxi.files.models import File as FileRow
from guanxi.files.types import File
from guanxi.interactions.types.filters import InteractionFilter
from guanxi.schema import declare
from guanxi.schema.connections import Connection
from guanxi.schema.declare import Mask, one, page
from guanxi.schema.enums import Member, OpenEnum
from guanxi.schema.ids import Id
from guanxi.schema.inputs import SortDirection, TimeFilter
from guanxi.schema.nodes import Node
from guanxi.schema.part import SchemaPart
from guanxi.schema.payloads import Payload
from guanxi.schema.values import Value
from guanxi.transfers import models, permissions

schema = SchemaPart()
IMPORT, PROBLEM, EXPORT = "imp", "ipr", "exp"


class ImportState(OpenEnum):
    """How far an import is."""

    QUEUED = Member["ImportState"]("It waits for a worker.")
    RUNNING = Member["ImportState"]("It is on its way through the file.")
    DONE = Member["ImportState"]("All rows are imported but those of its report.")
    CHECKED = Member["ImportState"]("A dry run has looked at all rows.")
    FAILED = Member["ImportState"]("It could not go on; `error` says why.")
    CANCELLED = Member["ImportState"]("Somebody stopped it; it can be resumed.")
    OTHER = Member["ImportState"]("A state that nobody here knows.")


@schema.table(
    models.ImportProblem,
    tag=PROBLEM,
    permission=permissions.READ_IMPORTS,
    description="A value that an import could not take as it is.",
)
class ImportProblem(Node):
    """The value is masked for those who may not see contact points."""

    row: int
    column: str
    code: str
    value: str = declare.column(permission=customers.READ_CONTACTS, mask=Mask(show=masks.masked))
    is_warning: bool


@schema.value(description="A column of an imported file, and what it was taken for.")
class ImportColumn(Value):
    """In the order of the file."""

    title: str = strawberry.field(description="What the column is called; its letter where it has no name.")
    target: str | None = strawberry.field(description="What its values became; null where it was passed over.")


@schema.value(description="Why an import or an export failed.")
class TransferError(Value):
    """In the reader's language."""

    code: str = strawberry.field(description="One of the codes of the error catalogue.")
    message: str = strawberry.field(description="What is wrong and what to do.")
    row: int | None = strawberry.field(description="The row of the file where it is about one.", default=None)


@schema.table(
    models.FileImport,
    tag=IMPORT,
    permission=permissions.READ_IMPORTS,
    description="Customers taken from a file, and what became of each row.",
)
class Import(Node):
    """The same file taken in the same way is one import for ever."""

    file_name: str
    is_dry_run: bool
    state: ImportState
    encoding: str | None
    rows_total: int | None
    rows_done: int
    rows_refused: int
    created_count: int
    updated_count: int
    unchanged_count: int
    problem_count: int
    created_at: datetime
    finished_at: datetime | None
    version: int
    problems: Connection[ImportProblem] | None = page(
        models.ImportProblem,
        "file_import",
        order="row",
        sizes=(50, 100),
        description="What was found wrong, in the order of the file.",
    )
    report: File | None = one(
        FileRow,
        via="report_id",
        permission=customers.READ_CONTACTS,
        description="The rows that were left out with the reasons, as a CSV to be corrected and imported again.",
    )


def _optional(description: str, name: str | None = None) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


@schema.filter(Import, description="Which imports; exactly one condition, joined by and, or and not.")
class ImportFilter:
    """By time only: there are few."""

    and_: list["ImportFilter"] | None = _optional("All of these hold.", "and")
    or_: list["ImportFilter"] | None = _optional("At least one of these holds.", "or")
    not_: "ImportFilter | None" = _optional("This does not hold.", "not")
    created_at: TimeFilter | None = _optional("When it was started.")


@schema.order(Import, description="The order of imports; give one field each.")
class ImportOrder:
    """Ties are broken by id."""

    created_at: SortDirection | None = _optional("When it was started.")


@strawberry.input(description="What one column of a file is.")
class ColumnMappingInput:
    """Counts before what the column's name says by itself."""

    column: str = strawberry.field(description="What the column is called in the file.")
    target: str = strawberry.field(
        description="display_name, family_name, given_name, gender, birthday, phone, email, wechat, address, province,"
        " city, district, street, postcode, tag, external_id, lifecycle, source, locale, custom.KEY; or ignore."
    )


@strawberry.input(description="A file of customers to import.")
class StartImportInput:
    """What is left out is found out from the file."""

    file: Id = strawberry.field(description="An upload of the purpose IMPORT that is ready.")
    dry_run: bool = strawberry.field(default=False, description="Look at everything and write nothing.")
    mapping: list[ColumnMappingInput] = strawberry.field(
        default_factory=list, description="What columns are, where their names do not say it; at most 200."
    )
    encoding: str | None = strawberry.field(
        default=None, description="Of a text: utf-8, utf-16, gb18030, gbk, big5, shift_jis, euc-kr or windows-1252."
    )
    system: str | None = strawberry.field(
        default=None, description="Which system's ids the column external_id holds; `import` when left out."
    )
    source: str | None = strawberry.field(default=None, description="Where customers come from whose row is silent.")
    keep_invalid: bool = strawberry.field(
        default=False, description="Take rows whose phone or e-mail is invalid, marked so, instead of leaving them out."
    )


@strawberry.input(description="An import to go on with.")
class ResumeImportInput:
    """What was taken is not taken again."""

    id: Id = strawberry.field(description="The import.")


@strawberry.input(description="An import to stop.")
class CancelImportInput:
    """Twice is once."""

    id: Id = strawberry.field(description="The import.")


@schema.value(description="The import, which waits for a worker; or the one that there was.")
class StartImportPayload(Payload):
    """Answer of startImport."""

    file_import: Import | None = one(
        models.FileImport,
        via="import_id",
        description="The import as it stands: done already where it was done before.",
    )
    import_id: strawberry.Private[UUID | None] = None


@schema.value(description="The import, which waits for a worker again.")
class ResumeImportPayload(Payload):
    """Answer of resumeImport."""

    file_import: Import | None = one(models.FileImport, via="import_id", description="The import as it stands.")
    import_id: strawberry.Private[UUID | None] = None


@schema.value(description="The import, which goes no further.")
class CancelImportPayload(Payload):
    """Answer of cancelImport."""

    file_import: Import | None = one(models.FileImport, via="import_id", description="The import as it stands.")
    import_id: strawberry.Private[UUID | None] = None


class ExportKind(OpenEnum):
    """What an export's rows are."""

    CUSTOMERS = Member["ExportKind"]("Customers.")
    INTERACTIONS = Member["ExportKind"]("Interactions.")
    OTHER = Member["ExportKind"]("Anything else; it cannot be asked for.")


class ExportFormat(OpenEnum):
    """What an export's file is."""

    CSV = Member["ExportFormat"]("Separated text in UTF-8, for spreadsheets.")
    XLSX = Member["ExportFormat"]("A workbook.")
    JSONL = Member["ExportFormat"]("One JSON object a line, for programs.")
    OTHER = Member["ExportFormat"]("Anything else; it cannot be asked for.")


class ExportState(OpenEnum):
    """How far an export is."""

    QUEUED = Member["ExportState"]("It waits for a worker.")
    RUNNING = Member["ExportState"]("It is being written.")
    DONE = Member["ExportState"]("Its file is whole.")
    FAILED = Member["ExportState"]("It could not be written; `error` says why.")
    OTHER = Member["ExportState"]("A state that nobody here knows.")


@schema.table(
    models.FileExport, tag=EXPORT, permission=permissions.READ_EXPORTS, description="Rows that are written to a file."
)
class Export(Node):
    """Holds what whoever asked for it could see while it was written; kept for a week."""

    kind: ExportKind
    format: ExportFormat
    state: ExportState
    rows_done: int
    created_at: datetime
    finished_at: datetime | None


@schema.order(Export, description="The order of exports; give one field each.")
class ExportOrder:
    """Ties are broken by id."""

    created_at: SortDirection | None = _optional("When it was asked for.")


@strawberry.input(description="Rows to write to a file.")
class StartExportInput:
    """What may not be seen is masked or left out, as everywhere."""

    kind: ExportKind = strawberry.field(description="What the rows are.")
    format: ExportFormat = strawberry.field(default=ExportFormat.CSV, description="What the file is.")
    customers: CustomerFilter | None = strawberry.field(
        default=None, description="Which customers; all when left out. Only where customers are exported."
    )
    interactions: InteractionFilter | None = strawberry.field(
        default=None, description="Which interactions; all when left out. Only where interactions are exported."
    )
    columns: list[str] = strawberry.field(
        default_factory=list,
        description="Which columns, in this order: fields of the type; of customers also phones, emails, wechats,"
        " addresses, tags and externalIds; of interactions also customerId and customerName. All when empty.",
    )


@schema.value(description="The export, which waits for a worker.")
class StartExportPayload(Payload):
    """Answer of startExport."""

    export: Export | None = one(models.FileExport, via="export_id", description="The export as it stands.")
    export_id: strawberry.Private[UUID | None] = None
