"""What may be recorded on a timeline, and what counts as turnover."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from guanxi.errors import GuanxiError, Text
from guanxi.interactions import errors

LONG_MAX = 2**53 - 1
MAX_ITEMS = 200
MAX_QTY = 1_000_000
MAX_ATTRIBUTES = 32_768
CLOCK_SKEW = timedelta(days=1)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
WORD = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
SOURCE = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,59}", re.ASCII)
VOID_SOURCE = "void"  # ours: its external ids are those of the facts that were voided, so that each is voided once
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Kind(StrEnum):
    """The core's kinds; plugins add more, so a kind is any word."""

    ORDER = "order"
    PAYMENT = "payment"
    SHIPMENT = "shipment"
    DELIVERY = "delivery"
    PURCHASE = "purchase"
    REFUND = "refund"
    RETURN = "return"
    EXCHANGE = "exchange"
    VISIT = "visit"
    VIEW = "view"
    INQUIRY = "inquiry"
    COMPLAINT = "complaint"
    FEEDBACK = "feedback"
    SUGGESTION = "suggestion"
    CALL = "call"
    MESSAGE = "message"
    POST = "post"
    REACTION = "reaction"
    SURVEY = "survey"
    COUPON = "coupon"
    TASK = "task"
    NOTE = "note"


class Channel(StrEnum):
    """The core's channels; any other word is one too."""

    WEB = "web"
    APP = "app"
    WECHAT = "wechat"
    TAOBAO = "taobao"
    JD = "jd"
    DOUYIN = "douyin"
    LIVESTREAM = "livestream"
    STORE = "store"
    PHONE = "phone"
    EMAIL = "email"
    SMS = "sms"
    OTHER = "other"


class Mode(StrEnum):
    """Whether a fact is news. Historical facts grant nothing and reach nobody."""

    LIVE = "LIVE"
    HISTORICAL = "HISTORICAL"


# What a kind's amount does to turnover. Every other kind leaves it alone: an order or a payment is no sale yet.
NET_SIGN: Mapping[str, int] = {Kind.PURCHASE: 1, Kind.REFUND: -1, Kind.RETURN: -1}
NEEDS_AMOUNT = frozenset({Kind.PURCHASE, Kind.REFUND})
# The amount of an exchange is the difference, which may go either way.
MAY_BE_NEGATIVE = frozenset({Kind.EXCHANGE})
GIVES_BACK = frozenset({Kind.REFUND, Kind.RETURN, Kind.EXCHANGE})


@dataclass(frozen=True, slots=True)
class NewItem:
    """One line of a sale or a return."""

    sku: str
    qty: int = 1
    amount_minor: int | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class NewInteraction:
    """A fact to record. ``source`` names who calls it ``external_id``; left out, it is the channel."""

    customer_id: UUID
    kind: str
    occurred_at: datetime
    channel: str = Channel.OTHER.value
    external_id: str | None = None
    source: str | None = None
    order_ref: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    tax_minor: int | None = None
    shipping_minor: int | None = None
    discount_minor: int | None = None
    refund_of: UUID | None = None
    subject: str | None = None
    body: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    items: Sequence[NewItem] = ()


def checked(new: NewInteraction, *, now: datetime, currency: str) -> NewInteraction:
    """The fact as it is stored; ``currency`` is the merchant's. Raises: BadUserInputError at the field."""
    kind = _word(new.kind, "kind")
    channel = _word(new.channel, "channel")
    _check_amounts(new, kind)
    return replace(
        new,
        kind=kind,
        channel=channel,
        occurred_at=_moment(new.occurred_at, now),
        external_id=checked_text(new.external_id, "externalId", 200),
        source=_source(new.source or channel),
        order_ref=checked_text(new.order_ref, "orderRef", 120),
        currency=_currency(new.currency or currency),
        subject=checked_text(new.subject, "subject", 200),
        body=checked_text(new.body, "body", 20_000),
        attributes=_attributes(new.attributes),
        items=[_item(item, place) for place, item in enumerate(_limited(new.items))],
    )


def checked_mode(mode: str) -> str:
    """The mode as it is stored. Raises: BadUserInputError."""
    if mode not in set(Mode):
        raise errors.refused(
            "mode",
            Text("There is no such mode.", "没有此记录模式。"),
            Text("Use LIVE or HISTORICAL.", "请使用 LIVE 或 HISTORICAL。"),
        )
    return str(mode)


def net_minor(kind: str, amount_minor: int | None, *, is_void: bool = False) -> int:
    """What a fact adds to turnover: purchases minus refunds and returns; voided facts nothing."""
    return 0 if is_void or amount_minor is None else NET_SIGN.get(kind, 0) * amount_minor


def _check_amounts(new: NewInteraction, kind: str) -> None:
    for name, amount in (
        ("amountMinor", new.amount_minor),
        ("taxMinor", new.tax_minor),
        ("shippingMinor", new.shipping_minor),
        ("discountMinor", new.discount_minor),
    ):
        _check_amount(amount, name, may_be_negative=name == "amountMinor" and kind in MAY_BE_NEGATIVE)
    if kind in NEEDS_AMOUNT and new.amount_minor is None:
        raise errors.refused(
            "amountMinor",
            Text(f"A {kind} has an amount.", f"{kind} 必须有金额。"),
            Text("Send amountMinor, 0 if it was free.", "请填写 amountMinor，免费则为 0。"),
        )
    if new.refund_of is not None and kind not in GIVES_BACK:
        raise errors.refused(
            "refundOf",
            Text(f"A {kind} gives nothing back.", f"{kind} 不能指向退款对象。"),
            Text("Leave refundOf out, or record a refund.", "请省略 refundOf，或记录为退款。"),
        )


def _check_amount(amount: int | None, name: str, *, may_be_negative: bool = False) -> None:
    if amount is None:
        return
    lowest = -LONG_MAX if may_be_negative else 0
    if not lowest <= amount <= LONG_MAX:
        raise errors.refused(
            name,
            Text("The amount is out of range.", "金额超出范围。"),
            Text(
                f"Send {lowest} to {LONG_MAX} in the currency's smallest unit; money back is a refund.",
                f"请以最小货币单位填写 {lowest} 到 {LONG_MAX}；退回的钱记为退款。",
            ),
        )


def _item(item: NewItem, place: int) -> NewItem:
    try:
        sku = checked_text(item.sku, "sku", 120)
        if sku is None:
            raise errors.refused(
                "sku", Text("An item has an sku.", "商品必须有 SKU。"), Text("Name the article.", "请填写商品编号。")
            )
        if not 1 <= item.qty <= MAX_QTY:
            raise errors.refused(
                "qty",
                Text("The quantity is out of range.", "数量超出范围。"),
                Text(f"Send 1 to {MAX_QTY}.", f"请填写 1 到 {MAX_QTY}。"),
            )
        _check_amount(item.amount_minor, "amountMinor")
        return NewItem(sku, item.qty, item.amount_minor, checked_text(item.category, "category", 120))
    except GuanxiError as error:
        error.at("items", place)
        raise


def _limited(items: Sequence[NewItem]) -> Sequence[NewItem]:
    if len(items) > MAX_ITEMS:
        raise errors.too_many("items", MAX_ITEMS)
    return items


def _moment(at: datetime, now: datetime) -> datetime:
    if at.tzinfo is None or not EARLIEST <= at <= now + CLOCK_SKEW:
        raise errors.refused(
            "occurredAt",
            Text("The time cannot be right.", "发生时间不合理。"),
            Text(
                "Send a time with its offset, not before 1970 and not to come.", "请填写带时区、1970 年后的过去时间。"
            ),
        )
    return at.astimezone(UTC)


def _word(word: str, name: str) -> str:
    if not WORD.fullmatch(word):
        raise errors.refused(
            name,
            Text(f"The {name} cannot be used.", f"{name} 不可用。"),
            Text("Write up to 40 lower-case letters, digits or _.", "请使用不超过 40 个小写字母、数字或下划线。"),
        )
    return str(word)


def _source(source: str) -> str:
    if not SOURCE.fullmatch(source) or source == VOID_SOURCE:
        raise errors.refused(
            "source",
            Text("The source cannot be used.", "来源不可用。"),
            Text(
                "Write up to 60 lower-case letters, digits, dots or hyphens.",
                "请使用不超过 60 个小写字母、数字、点或连字符。",
            ),
        )
    return source


def _currency(code: str) -> str:
    if not CURRENCY.fullmatch(code):
        raise errors.refused(
            "currency",
            Text("There is no such currency.", "货币代码不存在。"),
            Text("Use an ISO 4217 code such as CNY.", "请使用 ISO 4217 代码，例如 CNY。"),
        )
    return code


def checked_text(text: str | None, name: str, most: int) -> str | None:
    """The text without outer blanks; None where nothing is left."""
    if text is None:
        return None
    if UNSTORABLE.search(text) or len(text) > most:
        raise errors.refused(
            name,
            Text("The text cannot be stored.", "文本无法保存。"),
            Text(f"Write at most {most} characters, without NUL.", f"最多 {most} 个字符，且不含空字符。"),
        )
    return text.strip() or None


def _attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    refusal = errors.refused(
        "attributes",
        Text("The attributes cannot be stored.", "附加属性无法保存。"),
        Text(
            f"Send a JSON object of at most {MAX_ATTRIBUTES} bytes, without NUL.", "请传入不超过 32 KB 的 JSON 对象。"
        ),
    )
    try:
        written = orjson.dumps(attributes)
    except (TypeError, ValueError):
        raise refusal from None
    if not isinstance(attributes, Mapping) or len(written) > MAX_ATTRIBUTES or b"\\u0000" in written:
        raise refusal
    read: dict[str, Any] = orjson.loads(written)
    return read
