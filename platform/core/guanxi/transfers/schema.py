"""GraphQL of imports and exports."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from guanxi.context import Context
from guanxi.execution import literals, rows, where
from guanxi.files.types import TAG as FILE
from guanxi.schema.connections import Connection
from guanxi.schema.declare import page
from guanxi.schema.ids import Id
from guanxi.schema.roots import Query
from guanxi.transfers import errors, models, permissions, service, types
from guanxi.transfers import loaders as _loaders  # noqa: F401 - declares its fields
from guanxi.transfers.events import ImportProgressed

schema = types.schema
Which = Annotated[Id | None, strawberry.argument(description="Only this import; all of them when left out.")]

schema.add(
    Query,
    "imports",
    Connection[types.Import] | None,
    page(
        models.FileImport,
        where=types.ImportFilter,
        order_by=types.ImportOrder,
        order="-created_at",
        permission=permissions.READ_IMPORTS,
        description="Imports of customers, newest first.",
    ),
)


schema.add(
    Query,
    "exports",
    Connection[types.Export] | None,
    page(
        models.FileExport,
        order_by=types.ExportOrder,
        order="-created_at",
        permission=permissions.READ_EXPORTS,
        description="Exports of customers and interactions, newest first.",
    ),
)


@schema.mutation(permission=permissions.RUN_EXPORTS, step_up=True)
async def start_export(ctx: Context, values: types.StartExportInput) -> types.StartExportPayload | None:
    """Write rows to a file, as whoever asks may see them. A person must have signed in within ten minutes."""
    kind, which = str(values.kind), where_of(ctx, values)
    row = await service.start_export(ctx, kind, str(values.format), where=which, columns=values.columns)
    return types.StartExportPayload(export_id=row.id)


@schema.mutation(permission=permissions.RUN_IMPORTS)
async def start_import(ctx: Context, values: types.StartImportInput) -> types.StartImportPayload | None:
    """Import customers from a file, or look at it in a dry run. The same file in the same way is imported once."""
    options = options_of(values)
    row = await service.start_import(ctx, values.file.of(FILE), options)
    return types.StartImportPayload(import_id=row.id)


@schema.mutation(permission=permissions.RUN_IMPORTS)
async def resume_import(ctx: Context, values: types.ResumeImportInput) -> types.ResumeImportPayload | None:
    """Go on with an import that failed or was stopped."""
    row = await service.resume_import(ctx, values.id.of(types.IMPORT))
    return types.ResumeImportPayload(import_id=row.id)


@schema.mutation(permission=permissions.RUN_IMPORTS)
async def cancel_import(ctx: Context, values: types.CancelImportInput) -> types.CancelImportPayload | None:
    """Stop an import after the page that it is at. What was imported stays."""
    row = await service.cancel_import(ctx, values.id.of(types.IMPORT))
    return types.CancelImportPayload(import_id=row.id)


@schema.subscription(permission=permissions.READ_IMPORTS)
async def import_progress(ctx: Context, id: Which = None) -> AsyncGenerator[types.Import, None]:  # noqa: A002 - GraphQL's name
    """An import each time that it came a page further, ended or was stopped."""
    wanted = id.of(types.IMPORT) if id is not None else None
    async for event in ctx.platform.follow(ctx):
        if isinstance(event, ImportProgressed) and wanted in {None, event.import_id}:
            found = await rows.find(ctx, types.Import, event.import_id)
            if found is not None:
                yield found


def options_of(values: types.StartImportInput) -> service.ImportOptions:
    """How the file is to be taken."""
    return service.ImportOptions(
        mapping={one.column: one.target for one in values.mapping},
        encoding=values.encoding,
        system=values.system,
        source=values.source,
        keep_invalid=values.keep_invalid,
        is_dry_run=values.dry_run,
    )


def where_of(ctx: Context, values: types.StartExportInput) -> str | None:
    """The filter of the rows that are asked for, as it is kept. Raises: BadUserInputError for one of other rows."""
    given = {"customers": values.customers, "interactions": values.interactions}
    asked = given.pop(str(values.kind), None)
    if any(given.values()):
        raise errors.other_filter(next(name for name, one in given.items() if one))
    if asked is None:
        return None
    return literals.write(ctx, f"{str(values.kind)[:-1].title()}Filter", where.as_mapping(asked))
