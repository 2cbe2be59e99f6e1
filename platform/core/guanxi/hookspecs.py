"""Everything a plugin may implement, in one file. Each docstring is the hook's contract."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pluggy
from pydantic import BaseModel

from guanxi.context import Context
from guanxi.errors import Text
from guanxi.events import (
    CustomerCreated,
    CustomerErased,
    CustomerExported,
    CustomerMerged,
    CustomerUnmerged,
    CustomerUpdated,
    Event,
    InteractionRecorded,
    InteractionsImported,
    InteractionVoided,
)
from guanxi.permissions import Permission
from guanxi.schema.part import Parameters, SchemaPart

PROJECT = "guanxi"
GROUP = "guanxi.plugins"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a plugin is, readable before any of its hooks runs. Its module says ``MANIFEST = Manifest(…)``.

    Attributes:
        id: the file's or entry point's name; its tables, permissions, facts and commands start with it.
        version: its own version.
        title: what it is called.
        summary: what it does, in a sentence.
        requires_core: versions of guanxi that it works with.
        requires: ids of plugins that a merchant enables before it; its tables may point to theirs.
        optional: ids of plugins that are loaded before it where they are there.
        data_categories: kinds of personal data that it keeps, shown before it is enabled.
        settings: what a merchant may set.
        models: the module of its tables; ``__name__`` where they stand in the plugin's only file. A table's name
            starts with the plugin's id; without migrations it may be left out and is made of id and class name.
        migrations: the package of its migrations; without, its tables are made from the models when the first
            merchant enables it.
    """

    id: str
    version: str
    title: Text
    summary: Text
    requires_core: str = ">=0.1,<1"
    requires: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    data_categories: tuple[Text, ...] = ()
    settings: type[BaseModel] | None = None
    models: str | None = None
    migrations: str | None = None


@dataclass(frozen=True, kw_only=True)
class FactColumn:
    """A fact that is a column of the customer's own row.

    Attributes:
        name: the attribute on the customer's model; an unknown one is refused.
    """

    name: str


@dataclass(frozen=True, kw_only=True)
class FactRows:
    """A fact as rows that a database finds by itself.

    Attributes:
        write: ``(ctx, parameters, within) -> sql``: a SELECT of exactly ``customer_id`` and ``value``, with at most
            one row for a customer unless the fact has many values. Values go through ``parameters.bind``, each table
            says ``merchant_id = …``, and ``within("t.customer_id")`` stands in its WHERE: those who are asked for.
        missing: the value of customers without a row, as the getter tells it.
    """

    write: Callable[[Context, Parameters, Callable[[str], str]], str]
    missing: Any = None


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A value that other parts may ask of many customers at once.

    Attributes:
        name: ``plugin.fact``.
        type: of one value; audiences ask for int, float, str, bool, date and datetime.
        description: what it says of a customer.
        permission: needed to read it.
        get: ``async (ctx, customer_ids) -> values`` in the order asked; None where there is none. It costs a fixed
            number of statements, however many customers are asked for, and has 2 seconds.
        sql: the same for a database, so that audiences can ask for it; the contract tests compare both.
        is_many: a customer has any number of values; the getter then tells a list for each.
        unit: of a number, for people.
        privacy: its privacy class.
    """

    name: str
    type: type
    description: Text
    permission: Permission
    get: Callable[[Context, Sequence[UUID]], Awaitable[list[Any]]]
    sql: FactColumn | FactRows | None = None
    is_many: bool = False
    unit: str | None = None
    privacy: str = "internal"


@dataclass(frozen=True, kw_only=True)
class Command:
    """An action that other parts may ask for.

    Attributes:
        name: ``plugin.command``.
        input: the dataclass that it takes.
        description: what it does.
        permission: needed by whoever asks.
        run: ``async (ctx, input, key) -> result``, in the transaction of whoever asks, with 2 seconds. Twice with
            one key has one effect.
    """

    name: str
    input: type
    description: Text
    permission: Permission
    run: Callable[[Context, Any, str], Awaitable[Any]]


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """Work that is done outside requests, for one merchant at a time, and again until it succeeds.

    Attributes:
        name: ``plugin.work``.
        run: ``async (ctx, payload) -> None``. The system acts, with every right. It may run more than once: after a
            failure, and after a worker that was killed. Writes belong into ``ctx.transaction()``, which a worker
            that lost its lease cannot commit.
        retries: tries after the first one, before it becomes a dead letter.
        waits: the pauses before them, the last one for all further; without, they grow from 5 s to an hour.
            Each is drawn anew between nothing and what stands here, or exactly that with ``is_exact``.
        is_exact: pauses are not drawn at random.
        lease: how long a worker that says nothing keeps a job. Living ones say something every third of it.
        limit: how long one try may take.
        concurrency: how many of one merchant run at once; 0 for no limit but fairness between merchants.
        cron: five fields, ``minute hour day month weekday`` in the merchant's time zone: run then, without payload.
            What was missed while no worker ran is run once.
        is_told: its progress and end are told to whoever follows ``jobProgress``.
    """

    name: str
    run: Callable[[Context, dict[str, Any]], Awaitable[None]]
    retries: int = 10
    waits: tuple[timedelta, ...] = ()
    is_exact: bool = False
    lease: timedelta = timedelta(minutes=1)
    limit: timedelta = timedelta(hours=1)
    concurrency: int = 0
    cron: str | None = None
    is_told: bool = True


@dataclass(frozen=True, kw_only=True)
class SavedOperation:
    """An example operation that GraphiQL offers where the plugin is enabled.

    Attributes:
        title: what it shows.
        document: the operation.
        variables: values that work in the demonstration shop.
    """

    title: Text
    document: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ReceivedFile:
    """A file that somebody sends, before it is kept.

    Attributes:
        path: where its content can be read until the hook returns.
        name: what whoever sends it calls it.
        media_type: what its content is, by its first bytes.
        size: how many bytes.
        sha256: of its content, in hex digits.
    """

    path: Path
    name: str
    media_type: str
    size: int
    sha256: str


@hookspec
def schema_part() -> SchemaPart | None:
    """What the plugin adds to GraphQL.

    When: once per process, when the plugin is loaded. Sync.
    Result: the part, the same one every time; None adds nothing.
    Failure: the plugin does not load, and its fault says why. Nothing else is touched.

    Example:
        schema = SchemaPart()

        @schema.batch(Customer, permission=READ)
        async def greeting(customers: list[Customer], ctx: Context) -> list[str | None]:
            \"\"\"What to say to the customer.\"\"\"
            return [f"Hello {customer.display_name}" for customer in customers]

        @hookimpl
        def schema_part() -> SchemaPart:
            return schema
    """


@hookspec
def facts() -> Sequence[Fact] | None:
    """Values of customers that other parts may ask for: predicates, conditions, portraits, metrics.

    When: once per process, when the plugin is loaded. Sync.
    Result: facts whose names start with the plugin's id and a dot. Merchants that have not enabled the plugin
        do not have them: whoever asks gets PLUGIN_DISABLED.
    Failure: the plugin does not load, and its fault says why.

    Example:
        async def lengths_of(ctx: Context, customer_ids: Sequence[UUID]) -> list[int]:
            return [len(str(one)) for one in customer_ids]

        @hookimpl
        def facts() -> list[Fact]:
            about = Text("How long the customer's id is.", "客户标识的长度。")
            return [Fact(name="example.length", type=int, description=about, permission=READ, get=lengths_of)]
    """


@hookspec
def commands() -> Sequence[Command] | None:
    """Actions that other parts may ask for.

    When: once per process, when the plugin is loaded. Sync.
    Result: commands whose names start with the plugin's id and a dot. One runs in the transaction of whoever
        asks, and twice with one key has one effect.
    Failure: the plugin does not load, and its fault says why.

    Example:
        async def greet(ctx: Context, greeting: Greeting, key: str) -> str:
            return f"{greeting.text} ({key})"

        @hookimpl
        def commands() -> list[Command]:
            about = Text("Greet a customer.", "问候客户。")
            return [Command(name="example.greet", input=Greeting, description=about, permission=READ, run=greet)]
    """


@hookspec
def jobs() -> Sequence[JobKind] | None:
    """Kinds of work that the plugin does outside requests. ``await jobs.enqueue(ctx, name, payload)`` orders some.

    When: once per process, when the plugin is loaded. Sync.
    Result: kinds whose names start with the plugin's id and a dot. Work of merchants that have the plugin disabled
        waits until they enable it again.
    Failure: the plugin does not load, and its fault says why. A job that fails is tried again as its kind says,
        then kept as a dead letter that the merchant can have run again.

    Example:
        async def remind(ctx: Context, payload: dict[str, Any]) -> None:
            seen.append(f"remind {payload['customer']}")

        @hookimpl
        def jobs() -> list[JobKind]:
            return [JobKind(name="example.remind", run=remind, retries=3)]
    """


@hookspec
def saved_operations() -> Sequence[SavedOperation] | None:
    """Example operations that GraphiQL offers where the plugin is enabled.

    When: once per process, when the plugin is loaded. Sync.
    Result: operations; the plugin's tests execute each of them.
    Failure: the plugin does not load, and its fault says why.

    Example:
        @hookimpl
        def saved_operations() -> list[SavedOperation]:
            title = Text("Who asks", "当前身份")
            return [SavedOperation(title=title, document="{ viewer { permissions } }")]
    """


@hookspec
def plugin_enabled(ctx: Context, since: datetime) -> Awaitable[None] | None:
    """A merchant enables the plugin, for the first time or again: make what must be there from the start.

    When: in the enabling transaction, before missed events are replayed. Sync or async; 10 seconds. Facts on
        the timeline count for it from ``since`` on.
    Failure: the plugin stays disabled.

    Example:
        @hookimpl
        async def plugin_enabled(ctx: Context, since: datetime) -> None:
            seen.append(f"enabled for {ctx.merchant.slug}")
    """


@hookspec
def plugin_disabled(ctx: Context) -> Awaitable[None] | None:
    """A merchant disables the plugin; its data is kept.

    When: in the disabling transaction. Sync or async; 10 seconds.
    Failure: what the hook did is rolled back and counted as a fault; the plugin is disabled all the same.

    Example:
        @hookimpl
        def plugin_disabled(ctx: Context) -> None:
            seen.append(f"disabled for {ctx.merchant.slug}")
    """


@hookspec
def plugin_purged(ctx: Context) -> Awaitable[None] | None:
    """A merchant has the plugin's data deleted: delete what does not stand in its own tables.

    When: in the purging transaction, before its rows are deleted; they are saved already. Sync or async; 10 seconds.
    Failure: what the hook did is rolled back and counted as a fault; the rows are deleted all the same.

    Example:
        @hookimpl
        async def plugin_purged(ctx: Context) -> None:
            seen.append(f"purged for {ctx.merchant.slug}")
    """


@hookspec
def settings_changed(ctx: Context, settings: BaseModel) -> Awaitable[None] | None:
    """A merchant changes the plugin's settings, which are valid by its settings model.

    When: in the transaction of the change. Sync or async; 10 seconds.
    Failure: refuses the change. A GuanxiError is shown as it is.

    Example:
        @hookimpl
        async def settings_changed(ctx: Context, settings: BaseModel) -> None:
            seen.append(f"settings {settings.model_dump_json()}")
    """


@hookspec
def customer_created(ctx: Context, event: CustomerCreated) -> Awaitable[None] | None:
    """A customer is new.

    When: as ``interaction_recorded``.
    Failure: as ``interaction_recorded``.

    Example:
        @hookimpl
        async def customer_created(ctx: Context, event: CustomerCreated) -> None:
            seen.append(f"new customer {event.customer_id}")
    """


@hookspec
def customer_updated(ctx: Context, event: CustomerUpdated) -> Awaitable[None] | None:
    """Fields of a customer changed; the event names them.

    When: as ``interaction_recorded``.
    Failure: as ``interaction_recorded``.

    Example:
        @hookimpl
        async def customer_updated(ctx: Context, event: CustomerUpdated) -> None:
            seen.append(f"changed {', '.join(event.changed)}")
    """


@hookspec
def customer_exported(ctx: Context, event: CustomerExported) -> Awaitable[None] | None:
    """All that is kept of a customer was handed out. Rows that point to the customer are in it by themselves.

    When: as ``interaction_recorded``.
    Failure: as ``interaction_recorded``.

    Example:
        @hookimpl
        async def customer_exported(ctx: Context, event: CustomerExported) -> None:
            seen.append(f"handed out {event.customer_id}")
    """


@hookspec
def customer_erased(ctx: Context, event: CustomerErased) -> Awaitable[None] | None:
    """A customer's personal data is being erased: close accounts, forfeit, tell outside services to delete.

    Columns of tables that point to the customer are cleared by their privacy class afterwards, whatever the hook does.
    Ledgers are kept: write a closing entry, delete none.

    When: as ``interaction_recorded``, and also where the merchant has the plugin disabled. Once more is possible.
    Failure: as ``interaction_recorded``; a disabled plugin hears of it again when it is enabled.

    Example:
        @hookimpl
        async def customer_erased(ctx: Context, event: CustomerErased) -> None:
            seen.append(f"erased {event.customer_id}")
    """


@hookspec
def customer_merged(ctx: Context, event: CustomerMerged) -> Awaitable[None] | None:
    """A customer was absorbed by another: give the survivor what the plugin keeps of the absorbed one.

    When: as ``interaction_recorded``. The timeline, contact points, identities and tags are the survivor's already.
        Write down under ``event.merge_id``, which is unique, what was moved: it has to go back one day. The call
        may come after the one that takes the merge back; nothing is to be done then.
    Failure: as ``interaction_recorded``.

    Example:
        @hookimpl
        async def customer_merged(ctx: Context, event: CustomerMerged) -> None:
            seen.append(f"{event.absorbed_id} is {event.survivor_id} now")
    """


@hookspec
def customer_unmerged(ctx: Context, event: CustomerUnmerged) -> Awaitable[None] | None:
    """A merge was taken back: give the absorbed customer what it had before, by compensating entries.

    When: as ``interaction_recorded``; perhaps before ``customer_merged``. What came after the merge stays with the
        survivor.
    Failure: as ``interaction_recorded``.

    Example:
        @hookimpl
        async def customer_unmerged(ctx: Context, event: CustomerUnmerged) -> None:
            seen.append(f"{event.absorbed_id} is itself again")
    """


@hookspec
def interaction_recorded(ctx: Context, event: InteractionRecorded) -> Awaitable[None] | None:
    """A fact was added to a customer's timeline.

    When: in a savepoint of the fact's transaction, with 250 ms; sync or async. The system acts, with every
        right. Facts may come late and out of the order of ``occurred_at``: the effects must not depend on it.
        With ``ctx.is_replay`` the fact is from a time when the plugin was off: move ledgers as of
        ``occurred_at``, but notify nobody.
    Failure: an exception, a hang or an exit rolls the savepoint back; the fact stays. The call is repeated
        with growing pauses, with 2 seconds, until it works: what is written through the database has happened
        exactly once then. Five failures within a minute put the plugin in quarantine for this merchant.

    Example:
        @hookimpl
        async def interaction_recorded(ctx: Context, event: InteractionRecorded) -> None:
            if event.kind == "purchase" and not ctx.is_replay:
                seen.append(f"thank {event.customer_id}")
    """


@hookspec
def interactions_imported(ctx: Context, event: InteractionsImported) -> Awaitable[None] | None:
    """A page of historical facts was added: one call for all of them. It grants and sends nothing by itself.

    When: as ``interaction_recorded``.
    Failure: as ``interaction_recorded``.

    Example:
        @hookimpl
        async def interactions_imported(ctx: Context, event: InteractionsImported) -> None:
            seen.append(f"{event.count} facts")
    """


@hookspec
def interaction_voided(ctx: Context, event: InteractionVoided) -> Awaitable[None] | None:
    """A fact was taken back: undo what it did.

    When: as ``interaction_recorded``; perhaps before it.
    Failure: as ``interaction_recorded``.

    Example:
        @hookimpl
        async def interaction_voided(ctx: Context, event: InteractionVoided) -> None:
            seen.append(f"undo {event.interaction_id}")
    """


@hookspec
def attachment_scan(ctx: Context, file: ReceivedFile) -> Awaitable[Text | None] | Text | None:
    """Look at a file that somebody sends; answer why it is refused, or None to let it pass.

    When: after its kind is known and before it is kept, outside any transaction; sync (in a thread) or async; 10
        seconds. Every plugin that implements it must let it pass.
    Failure: the file is not kept, and whoever sends it gets PLUGIN_ERROR and may try again.

    Example:
        @hookimpl
        def attachment_scan(ctx: Context, file: ReceivedFile) -> Text | None:
            seen.append(f"{file.name}: {file.media_type}")
            return Text("It holds a virus.", "文件含有病毒。") if b"EICAR" in file.path.read_bytes() else None
    """


@hookspec
def seed_demo(ctx: Context, customer_ids: Sequence[UUID]) -> Awaitable[None] | None:
    """Add the plugin's part to the story of the demonstration shop.

    When: once, by ``guanxi demo``, after the plugin was enabled for the shop and its customers have bought.
    Failure: the demonstration does not start.

    Example:
        @hookimpl
        async def seed_demo(ctx: Context, customer_ids: Sequence[UUID]) -> None:
            seen.append(f"{len(customer_ids)} customers")
    """


@hookspec
def event_published(ctx: Context, event: Event) -> Awaitable[None] | None:
    """Any other event, such as those that plugins declare and publish: look at ``event.name``.

    When: as ``interaction_recorded``.
    Failure: as ``interaction_recorded``.

    Example:
        @hookimpl
        async def event_published(ctx: Context, event: Event) -> None:
            if event.name == "plugin_state_changed":
                seen.append(f"{event.name} at {event.occurred_at}")
    """


# Hooks that are events: an event of this name is told to them; all others to OTHER_EVENTS.
HOOK_EVENTS = (
    "customer_created",
    "customer_updated",
    "customer_merged",
    "customer_unmerged",
    "customer_exported",
    "customer_erased",
    "interaction_recorded",
    "interactions_imported",
    "interaction_voided",
)
OTHER_EVENTS = "event_published"
