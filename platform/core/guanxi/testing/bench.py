"""A shop on a running installation, on which a plugin is tried."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations
from typing import Any
from uuid import UUID

from guanxi.app import Installation
from guanxi.context import Context, MerchantRef
from guanxi.customers import service as customers
from guanxi.customers.models import Customer
from guanxi.customers.service import NewCustomer
from guanxi.db.merchant import acting_for
from guanxi.errors import Text
from guanxi.execution import operations
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.merchants import service as merchants
from guanxi.merchants.models import Merchant
from guanxi.permissions import Permission
from guanxi.plugins import composing, enablement, purging, service
from guanxi.plugins.loading import Loaded
from guanxi.schema.composed import ComposedSchema
from guanxi.staff import service as staff

SUBSETS = 16


@dataclasses.dataclass
class Bench:
    """One merchant, as the platform acts for it: with every right."""

    installation: Installation
    merchant: MerchantRef
    plugin: str

    @classmethod
    async def open(cls, installation: Installation, plugin: str) -> "Bench":
        """A new shop that has enabled what the plugin requires."""
        founder = Context(staff.platform_principal(), installation.platform, request_id="contract")
        row = await staff.found_merchant(founder, merchants.NewMerchant(slug="contract", name="Contract"))
        bench = cls(installation, merchants.ref_of(row), plugin)
        with acting_for(row.id):
            for one in bench.required:
                await service.enable(await bench.ctx(), installation.platform, one)
        return bench

    @property
    def loaded(self) -> Loaded:
        """The plugin."""
        return self.installation.host.loaded[self.plugin]

    @property
    def required(self) -> list[str]:
        """Everything that it requires."""
        return self.installation.host.requirements(self.plugin)

    async def ctx(self) -> Context:
        """A request that arrives now."""
        platform = self.installation.platform
        epoch = (await Merchant.get(id=self.merchant.id)).epoch
        base = staff.platform_principal(self.merchant)
        made = Context(base, platform, request_id="contract")
        plugins = await enablement.plugins_of(self.merchant.id, made.now())
        principal = dataclasses.replace(base, plugins=plugins, epoch=epoch)
        return dataclasses.replace(made, principal=principal, schema=await platform.schema_for(plugins))

    async def enable(self) -> None:
        """Enable the plugin."""
        await service.enable(await self.ctx(), self.installation.platform, self.plugin)

    async def disable(self) -> None:
        """Disable it."""
        await service.disable(await self.ctx(), self.installation.platform, self.plugin)

    async def purge(self) -> None:
        """Delete its data of this shop."""
        await service.purge(await self.ctx(), self.installation.platform, self.plugin, confirm=self.plugin)

    async def customers(self, count: int) -> list[UUID]:
        """New customers."""
        ctx = await self.ctx()
        names = [f"Customer {number}" for number in range(count)]
        return [(await customers.create_customer(ctx, NewCustomer({"display_name": name}))).id for name in names]

    async def customer_ids(self) -> list[UUID]:
        """All customers of the shop."""
        return [row.id for row in await Customer.all()]

    async def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of the plugin's tables that belongs to this shop, by table."""
        models = purging.own_rows(self.installation.platform.models_of(self.loaded))
        return {model._meta.db_table: list(await model.all().order_by("id").values()) for model in models}

    async def command(self, name: str, value: object) -> None:
        """Run a command in a transaction of its own, always with the same key."""
        ctx = await self.ctx()
        async with ctx.transaction():
            await ctx.command(name, value, key="contract")

    async def ask(self, document: str, schema: ComposedSchema) -> Answer:
        """The answer to one operation."""
        return await operations.run(GraphQLRequest(document), dataclasses.replace(await self.ctx(), schema=schema))

    async def schema_with(self) -> ComposedSchema:
        """The schema of the plugin and what it requires."""
        return await self.installation.host.schema_for([*self.required, self.plugin])

    def compose(self, plugins: Iterable[str]) -> ComposedSchema:
        """The schema of a set of plugins and all they require, made anew."""
        host = self.installation.host
        wanted = {other for one in plugins for other in (one, *host.requirements(one))}
        composition = composing.compose(host.core, [host.loaded[one] for one in host.closure(wanted)])
        assert composition.faults == ()
        return composition.schema

    def subsets(self) -> Iterator[Sequence[str]]:
        """Sets of the other loaded plugins: all of them, or the first few where there are many."""
        host = self.installation.host
        others = [one for one in host.loaded if one != self.plugin and self.plugin not in host.requirements(one)]
        every = chain.from_iterable(combinations(others, size) for size in range(len(others) + 1))
        return (subset for _, subset in zip(range(SUBSETS), every, strict=False))

    def texts(self) -> list[Text]:
        """Everything that the plugin says in two languages."""
        loaded = self.loaded
        own = [one.label for name, one in Permission.known.items() if name.startswith(f"{self.plugin}.")]
        manifest = loaded.manifest
        return [
            manifest.title,
            manifest.summary,
            *manifest.data_categories,
            *(one.description for one in loaded.facts.values()),
            *(one.description for one in loaded.commands.values()),
            *(one.title for one in loaded.operations),
            *own,
        ]
