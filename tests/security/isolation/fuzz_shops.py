"""Two merchants of one shape: whatever the second one holds can be told apart from all that the first one may see."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from guanxi import jobs
from guanxi.accounts import service as accounts
from guanxi.accounts.models import Account
from guanxi.app import Installation
from guanxi.audiences import service as audiences
from guanxi.audiences.rules.tree import TextIs
from guanxi.context import Context, MerchantRef, Principal, utc_now
from guanxi.customers import service as customers
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.rules.profile import Identity
from guanxi.customfields import service as customfields
from guanxi.customfields.rules import FieldKind, Value
from guanxi.db.fields import uuid7
from guanxi.db.merchant import acting_for
from guanxi.execution.request import GraphQLRequest
from guanxi.files import service as files
from guanxi.gateway import InstallationGateway
from guanxi.http.ports import Call
from guanxi.interactions import service as interactions
from guanxi.interactions.rules.facts import NewInteraction, NewItem
from guanxi.jobs.models import Job
from guanxi.merchants import service as merchants
from guanxi.merchants.service import NewMerchant
from guanxi.plugins import service as plugins
from guanxi.plugins import worker
from guanxi.privacy import service as privacy
from guanxi.quality import service as quality
from guanxi.quality.models import DuplicatePair
from guanxi.sources import service as sources
from guanxi.staff import service as staff
from guanxi.staff.models import Post, StaffMember
from guanxi.teamwork import service as teamwork
from guanxi.teamwork.models import Notification
from guanxi.transfers import service as transfers
from guanxi.webhooks.models import Webhook, WebhookDelivery
from guanxi_membership import service as membership

ROLES = ("admin", "manager", "agent", "read-only")
KEYED = """mutation ($name: String) { createCustomer(input: {displayName: $name}) { customer { displayName } } }"""
CDNOW = "customer_id date number_of_cds dollar_value"


@dataclass(eq=False)
class Shop:
    """A merchant, its marks, and whoever acts for it."""

    mark: str
    year: int
    base: int  # the numbers that it uses are this and a little more
    ref: MerchantRef | None = None
    texts: dict[str, str] = field(default_factory=dict)  # token texts by role
    principals: dict[str, Principal] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)  # rows that a sample needs by name
    enabled: frozenset[str] = frozenset()
    moment: int = 0

    @property
    def merchant(self) -> MerchantRef:
        assert self.ref is not None
        return self.ref

    def text(self, table: str, column: str, number: int) -> str:
        """``ZB‹table›‹column›‹n›``."""
        return f"{self.mark}{table}{column}{number}"

    def word(self, table: str, column: str, number: int) -> str:
        """The same where no capitals are taken."""
        return self.text(table, column, number).lower()

    def now(self) -> datetime:
        """Its own year, a second later each time."""
        self.moment += 1
        return datetime(self.year, 3, 1, tzinfo=UTC) + timedelta(seconds=self.moment)

    def number(self, place: int) -> int:
        return self.base + place

    def phone(self, place: int) -> str:
        return f"+86{'139' if self.mark == 'ZB' else '138'}{self.base % 10_000:04}{place:04}"


def new_shops() -> tuple[Shop, Shop]:
    return Shop("ZA", 2019, 2_220_000_000), Shop("ZB", 1987, 7_770_000_000)


async def seed(opened: Installation, shop: Shop, folder: Path) -> None:
    """Open the shop and write a row into every table of every part, through the services alone."""
    ctx = Context(staff.platform_principal(), opened.platform, request_id="seed", clock=shop.now)
    with opened.db.bound():
        row = await staff.found_merchant(
            ctx,
            NewMerchant(
                slug=shop.word("merchant", "slug", 1),
                name=shop.text("merchant", "name", 1),
                allowed_origins=(f"https://{shop.word('merchant', 'origins', 1)}.example",),
            ),
        )
        shop.ref = merchants.ref_of(row)
        with acting_for(row.id):
            await _seed_staff(_inside(ctx, shop), shop)
            await accounts.rotate_secret(_inside(ctx, shop))
            await grow(opened, shop, folder, 1)
    await sign_in(opened, shop)
    await _answer_once(opened, shop)


async def grow(opened: Installation, shop: Shop, folder: Path, number: int) -> None:
    """One more of everything that a shop may have many of. The merchant is bound."""
    ctx = context_of(opened, shop)
    await _seed_account(ctx, shop, number)
    ids = [await _seed_customer(ctx, shop, number * 10 + place) for place in range(3)]
    await _seed_organisation(ctx, shop, ids, number)
    await _seed_teamwork(ctx, shop, ids, number)
    await _seed_timeline(ctx, shop, ids, number)
    await _seed_import(opened, ctx, shop, folder, number)
    await _seed_file(ctx, shop, folder, number)
    await _seed_transfers(ctx, shop, folder, number)
    await _seed_custom_fields(ctx, shop, ids, number)
    await _seed_document(opened, ctx, shop, number)
    await _seed_job(ctx, shop, number)
    await _seed_webhook(ctx, shop, number)
    for plugin in opened.host.loaded:
        if plugin not in shop.enabled:
            await plugins.enable(ctx, opened.platform, plugin, backfill_from=datetime(shop.year, 1, 1, tzinfo=UTC))
    shop.enabled = frozenset(opened.host.loaded)
    await _seed_membership(_inside(ctx, shop), shop, ids, number)
    await _seed_privacy(_inside(ctx, shop), shop, ids, number)
    await _seed_segments(_inside(ctx, shop), shop, number)
    await _seed_quality(_inside(ctx, shop), shop, number)
    await _seed_sources(_inside(ctx, shop), shop, number)
    await worker.serve_merchant(opened.platform, shop.merchant, shop.now)


async def _seed_quality(ctx: Context, shop: Shop, number: int) -> None:
    """Two who were merged, two who may be one, two who are not, and two that a client may merge."""
    ids = [await _seed_customer(ctx, shop, 5_000 + number * 10 + place) for place in range(8)]
    merge = await quality.merge_customers(ctx, ids[0], ids[1])
    pair = {"score": shop.base % 1_000_000_000 + number, "reasons": ["phone"], "found_at": ctx.now()}
    suggested = await DuplicatePair.create(customer_id=ids[2], other_id=ids[3], **pair)
    dismissed = await DuplicatePair.create(customer_id=ids[4], other_id=ids[5], **pair)
    await quality.dismiss_duplicate(ctx, dismissed.id)
    shop.named |= {"merge": merge.id.hex, "pair": suggested.id.hex, "heir": ids[6].hex, "double": ids[7].hex}


async def _seed_document(opened: Installation, ctx: Context, shop: Shop, number: int) -> None:
    """A document that only this shop's clients send."""
    ctx = replace(ctx, schema=await opened.platform.schema_for(shop.enabled))
    name = shop.text("execution_registered_document", "name", number)
    await merchants.register_documents(ctx, [merchants.NewDocument(f"query {name} {{ merchant {{ slug }} }}", name)])


async def _seed_job(ctx: Context, shop: Shop, number: int) -> None:
    """One that was given up, and one that waits."""
    for state in ("dead", "waiting"):
        words = {name: shop.text("job", name, number) for name in ("payload", "lane", "error")}
        job_id = await jobs.enqueue(ctx, "jobs.trim", {"note": words["payload"]}, lane=words["lane"])
        await Job.filter(id=job_id).update(state=state, error=words["error"], ended_at=ctx.now())
        await ctx.platform.fetch("DELETE FROM job_ticket WHERE id = ?1 RETURNING id", [job_id])
        shop.named |= {"job": job_id.hex} if state == "dead" else {}


async def _seed_webhook(ctx: Context, shop: Shop, number: int) -> None:
    """Switched off, with a delivery that was given up."""
    mark = partial(shop.text, "webhook")
    hook = await Webhook.create(
        url=f"https://{shop.word('webhook', 'url', number)}.example.com/",
        topics=["customer_created"],
        document=f"query {mark('document', number)} {{ merchant {{ slug }} }}",
        permissions=[],
        is_enabled=False,
        disabled_reason=mark("reason", number),
        created_at=ctx.now(),
    )
    delivery = await WebhookDelivery.create(
        webhook_id=hook.id,
        topic="customer_created",
        event_id=uuid7(),
        subject=mark("subject", number),
        variables={"note": mark("variables", number)},
        body=mark("body", number),
        state="dead",
        error=mark("error", number),
        **dict.fromkeys(("occurred_at", "created_at", "due_at", "ended_at"), ctx.now()),
    )
    shop.named |= {"webhook": hook.id.hex, "delivery": delivery.id.hex}


async def sign_in(opened: Installation, shop: Shop) -> None:
    """Whom each token stands for at this moment."""
    gateway = InstallationGateway(opened.platform)
    shop.principals = {role: await gateway.authenticate(text) for role, text in shop.texts.items()}


def context_of(opened: Installation, shop: Shop) -> Context:
    """The platform, acting for the shop in the shop's own time."""
    outside = Context(staff.platform_principal(), opened.platform, request_id="seed", clock=shop.now)
    return _inside(outside, shop)


def _inside(ctx: Context, shop: Shop) -> Context:
    principal = replace(staff.platform_principal(shop.merchant), plugins=shop.enabled)
    return replace(ctx, principal=principal, loaders={})


async def _seed_staff(ctx: Context, shop: Shop) -> None:
    role = await staff.upsert_role(ctx, name=shop.text("role", "name", 1), permissions=["customers.customer.read"])
    for name in ROLES:
        found = await staff.get_role(ctx, name)
        issued = await staff.create_token(ctx, name=shop.text("token", "name", 1) + name, role_id=found.id)
        shop.texts[name] = issued.text
    spare = await staff.create_token(
        ctx, name=shop.text("token", "name", 2), role_id=role.id, scopes=["customers.customer.read"]
    )
    old = await staff.create_token(ctx, name=shop.text("token", "name", 3), role_id=role.id)
    await staff.rotate_token(ctx, token_id=old.token.id)
    shop.named |= {"role": role.id.hex, "token": spare.token.id.hex}


async def _seed_organisation(ctx: Context, shop: Shop, ids: list[Any], number: int) -> None:
    """Two units, a post with a customer and a holder, a vacant one, and a person without any."""
    branch = await staff.create_unit(ctx, name=shop.text("org_unit", "name", number * 10))
    team = await staff.create_unit(ctx, name=shop.text("org_unit", "name", number * 10 + 1), parent_id=branch.id)
    role = UUID(hex=shop.named["role"])
    titles = [shop.text("post", "title", number * 10 + place) for place in range(2)]
    owner, vacant = [await staff.create_post(ctx, staff.NewPost(branch.id, role, title)) for title in titles]
    people = [
        await staff.invite_staff(
            ctx,
            name=shop.text("staff_member", "post", number * 10 + place),
            email=f"{shop.word('staff_member', 'post', number * 10 + place)}@tea.example",
        )
        for place in range(2)
    ]
    await staff.assign_post(ctx, post_id=owner.id, person_id=people[0].id)
    await customers.set_owner(ctx, ids[:1], owner.id)
    shop.named |= {"branch": branch.id.hex, "team": team.id.hex, "owner": owner.id.hex}
    shop.named |= {"post": vacant.id.hex, "person": people[1].id.hex}


async def _seed_account(ctx: Context, shop: Shop, number: int) -> None:
    """A person who is signed in, and one who is invited."""
    for place in range(2):
        name, email = shop.text("staff_member", "name", number * 10 + place), shop.word("staff_member", "email", place)
        email = f"{email}{number}@tea.example"
        person = await StaffMember.create(name=name, email=email, state="active", created_at=ctx.now())
        await accounts.invite(ctx, person.id)
        hashed = shop.text("account", "hash", number * 10 + place)
        await Account.create(person_id=person.id, password_hash=hashed, changed_at=ctx.now())
        browser = accounts.Browser(shop.word("session", "address", place), shop.text("session", "agent", number))
        await accounts.open_session(shop.merchant.id, person.id, browser, utc_now())


async def _seed_teamwork(ctx: Context, shop: Shop, ids: list[Any], number: int) -> None:
    """A task, a note that names somebody, and a target whose period is over."""
    post = await Post.filter(archived_at__isnull=True).order_by("id").first()
    person = await StaffMember.all().order_by("id").first()
    assert post is not None
    assert person is not None
    title, body = shop.text("task", "title", number), shop.text("note", "body", number)
    await teamwork.create_task(ctx, teamwork.NewTask(title=title, assignee_post_id=post.id, customer_id=ids[0]))
    ref = f"cus_{ids[0].hex}"
    await teamwork.add_note(ctx, subject_ref=ref, customer_id=ids[0], body=body, mentions=[person.id])
    wanted = {"post_id": post.id, "period": "2018-01", "target": shop.number(number), "weight_bp": 5_000}
    metrics = ("interactions.purchase_count", "interactions.net_minor")
    await teamwork.set_target(ctx, teamwork.NewTarget(metric=metrics[number % 2], **wanted))
    told = await Notification.all().order_by("id").first()
    shop.named |= {"notification": told.id.hex} if told is not None else {}


async def _seed_customer(ctx: Context, shop: Shop, number: int) -> Any:
    contacts = [
        NewContact("phone", shop.phone(number), is_preferred=True, source=shop.word("contact", "source", number)),
        NewContact("email", f"{shop.word('contact', 'email', number)}@shop.example"),
        NewContact("phone", shop.text("contact", "invalid", number)),
        NewContact(
            "address",
            **{name: shop.text("contact", name, number) for name in ("province", "city", "district", "street")},
            postcode=f"{shop.base % 1_000_000 + number:06}",
        ),
    ]
    fields: Any = {
        "display_name": shop.text("customer", "name", number),
        "given_name": shop.text("customer", "given", number),
        "family_name": shop.text("customer", "family", number),
        "gender": "female",
        "birthday": date(shop.year, 2, number % 28 + 1),
        "locale": "zh-CN",
        "timezone": "Asia/Shanghai",
        "source": shop.word("customer", "source", number),
    }
    identity = Identity(shop.word("identity", "system", 1), shop.text("identity", "external", number))
    tags = [shop.text("tag", "name", number)]
    made = await customers.create_customer(ctx, customers.NewCustomer(fields, contacts, [identity], tags))
    return made.id


async def _seed_timeline(ctx: Context, shop: Shop, ids: list[Any], number: int) -> None:
    def fact(place: int, kind: str, amount: int | None = None, **more: Any) -> NewInteraction:
        one = number * 100 + place
        return NewInteraction(
            ids[place % len(ids)],
            kind,
            datetime(shop.year, 1, 1 + place, 8, tzinfo=UTC),
            "store",
            external_id=shop.text("interaction", "external", one),
            source=shop.word("interaction", "source", 1),
            order_ref=shop.text("interaction", "order", one),
            amount_minor=amount,
            subject=shop.text("interaction", "subject", one),
            body=shop.text("interaction", "body", one),
            attributes={shop.word("attribute", "name", 1): shop.text("attribute", "value", one)},
            **more,
        )

    def item(place: int) -> NewItem:
        return NewItem(shop.text("item", "sku", place), 2, shop.number(place), shop.text("item", "category", place))

    bought = await interactions.record_interactions(
        ctx,
        [
            fact(0, "purchase", shop.number(number * 100), tax_minor=shop.number(1), items=[item(1), item(2)]),
            fact(1, "purchase", shop.number(number * 100 + 1), shipping_minor=shop.number(2), items=[item(3)]),
            fact(2, "purchase", shop.number(number * 100 + 2), discount_minor=shop.number(3)),
            fact(3, "call"),
            fact(4, "note"),
            fact(5, "visit"),
        ],
    )
    await interactions.record_interaction(ctx, fact(6, "refund", shop.number(0), refund_of=bought[0].id))
    voiding = await interactions.void_interaction(ctx, bought[2].id, reason=shop.text("interaction", "reason", number))
    shop.named |= {"customer": ids[1].hex, "interaction": bought[1].id.hex, "regular": ids[2].hex}
    shop.named |= {"visit": bought[5].id.hex, "voided": bought[2].id.hex, "voiding": voiding.hex}


async def _seed_import(opened: Installation, ctx: Context, shop: Shop, folder: Path, number: int) -> None:
    path = folder / shop.text("import", "file", number)
    first = shop.base % 1_000_000_000 + number * 10
    lines = [f"{first + place} {shop.year}01{place + 2:02} 1 {shop.base % 1_000_000}.{place:02}" for place in range(3)]
    path.write_text("\n".join([CDNOW, *lines, ""]))
    await interactions.import_file(ctx, opened.db, path, "cdnow")


async def _seed_file(ctx: Context, shop: Shop, folder: Path, number: int) -> None:
    written = folder / shop.text("file", "content", number)
    written.write_text(shop.text("file", "content", number))
    name = shop.text("file", "name", number)
    await files.keep_local_file(ctx, written, name=name, purpose="attachment", media_type="text/plain", expires_in=None)


async def _seed_privacy(ctx: Context, shop: Shop, ids: list[Any], number: int) -> None:
    said = privacy.Statement(
        customer_id=ids[2],
        channel="sms",
        purpose="marketing",
        state="given",
        source=shop.text("consent", "source", number),
        notice_version=shop.text("consent", "notice", number),
        evidence=shop.text("consent", "evidence", number),
    )
    await privacy.set_consent(ctx, said)
    note = shop.text("request", "note", number)
    made = await privacy.register_request(ctx, customer_id=ids[1], kind="export", note=note)
    hold = await privacy.place_hold(ctx, customer_id=ids[0], reason=shop.text("hold", "reason", number))
    await privacy.set_retention(ctx, privacy_class="export", keep_days=30_000 + number)
    gone = await _seed_customer(ctx, shop, number * 10 + 7)
    await privacy.erase_customer(ctx, gone)
    shop.named |= {"request": made.id.hex, "hold": hold.id.hex}


async def _seed_transfers(ctx: Context, shop: Shop, folder: Path, number: int) -> None:
    """An import that is done, with a problem and a report; one that is stopped; and an upload that waits for one."""
    kept = []
    for place in range(3):
        written = folder / shop.text("upload", "content", number * 10 + place)
        good, bad = shop.text("customer", "imported", number * 10 + place), shop.text("problem", "value", number)
        written.write_text(f"姓名,手机\n{good},\n{good},{bad}\n", encoding="utf-8")
        name = f"{shop.text('upload', 'name', number * 10 + place)}.csv"
        row = await files.keep_local_file(
            ctx, written, name=name, purpose="import", media_type="text/csv", expires_in=files.REPORT_TIME
        )
        kept.append(row.id)
    done = await transfers.start_import(ctx, kept[0], transfers.ImportOptions(), is_queued=False)
    await transfers.run_import(ctx, done.id)
    stopped = await transfers.start_import(ctx, kept[1], transfers.ImportOptions(), is_queued=False)
    await transfers.cancel_import(ctx, stopped.id)
    shop.named |= {"import": stopped.id.hex, "upload": kept[2].hex}
    asking = replace(ctx, schema=await ctx.platform.schema_for(ctx.principal.plugins))
    exported = await transfers.start_export(asking, "customers", "csv", is_queued=False)
    await transfers.run_export(asking, exported.id)


async def _seed_custom_fields(ctx: Context, shop: Shop, ids: list[Any], number: int) -> None:
    """A field with a text of a customer, and one that refers to another customer."""
    key = shop.word("field", "key", number)
    label = shop.text("field", "label", number)
    made = await customfields.create_field(ctx, key=key, label=label, kind=FieldKind.TEXT)
    await customfields.create_field(ctx, key=f"{key}r", label=label, kind=FieldKind.REFERENCE)
    values = {key: Value(text=shop.text("value", "text", number)), f"{key}r": Value(reference=ids[2])}
    origin = customfields.Origin(shop.text("value", "source", number))
    await customfields.set_custom_fields(ctx, ids[0], values, origin=origin)
    shop.named |= {"custom_field": made.id.hex}


async def _seed_membership(ctx: Context, shop: Shop, ids: list[Any], number: int) -> None:
    if number == 1:
        tiers = [membership.NewTier(shop.text("tier", "name", rank), shop.number(rank) * rank) for rank in range(3)]
        await membership.create_program(ctx, name=shop.text("program", "name", 1), currency="CNY", tiers=tiers)
    for one in ids[1:]:
        await membership.enrol(ctx, customer_id=one)


async def _seed_segments(ctx: Context, shop: Shop, number: int) -> None:
    """One that another may name, and one whose members moved."""
    tags = [shop.text("tag", "name", number * 10 + place) for place in range(3)]
    for place, tag in enumerate(tags):
        name = shop.text("segment", "name", number * 10 + place)
        draft = audiences.SegmentDraft(name, TextIs("customers.tags", (tag,)), description=name)
        made = await audiences.save_segment(ctx, draft)
        shop.named["segment"] = made.hex


async def _seed_sources(ctx: Context, shop: Shop, number: int) -> None:
    """One whose batch held a row that waits."""
    name = f"{shop.mark.lower()}source{number}"
    changes = sources.SourceChanges(title=shop.text("source", "title", number), preset="jd")
    await sources.create_source(ctx, name, changes)
    source = await sources.find_source(name)
    assert source is not None
    row = {"orderId": shop.text("letter", "row", number)}
    body = orjson.dumps({"orderInfoList": [row]})
    receipt = await sources.receive(ctx, source, shop.text("letter", "message", number), body)
    assert len(receipt.refusals) == 1


async def _answer_once(opened: Installation, shop: Shop) -> None:
    """One keyed mutation, so that an answer is kept."""
    shop.named["key"] = shop.text("record", "key", 1)
    gateway = InstallationGateway(opened.platform)
    variables = {"name": shop.text("customer", "keyed", 1)}
    call = Call("seed", idempotency_key=shop.named["key"])
    answer = await gateway.run(GraphQLRequest(KEYED, variables=variables), shop.principals["admin"], call)
    assert not answer.errors, answer.errors
