"""Mappings that ship with the platform, after the order formats that the systems document publicly."""

from typing import Any

from guanxi.sources.rules.mapping import SourceMapping


def _field(path: str, unit: str = "text", prefix: str = "") -> dict[str, str]:
    return {"path": path, "unit": unit, "prefix": prefix}


def _fact(kind: str, number: str, at: dict[str, str], **more: Any) -> dict[str, Any]:
    """A fact that its source calls ``kind:number``."""
    return {"kind": kind, "external_id": _field(number, prefix=f"{kind}:"), "occurred_at": at, **more}


def _there(path: str, *one_of: str) -> dict[str, Any]:
    return {"path": path, "one_of": one_of}


TAOBAO = {
    "rows": "trades.trade",
    "channel": "taobao",
    "zone": "Asia/Shanghai",
    "currency": "CNY",
    "customer": {
        "external_id": _field("buyer_open_uid"),
        "system": "taobao",
        "display_name": _field("receiver_name"),
        "phone": _field("receiver_mobile"),
        "province": _field("receiver_state"),
        "city": _field("receiver_city"),
        "district": _field("receiver_district"),
        "street": _field("receiver_address"),
        "postcode": _field("receiver_zip"),
    },
    "facts": [
        _fact("order", "tid", _field("created", "time"), order_ref=_field("tid")),
        _fact(
            "payment",
            "tid",
            _field("pay_time", "time"),
            when=[_there("pay_time")],
            amount=_field("payment", "major"),
            order_ref=_field("tid"),
        ),
        _fact(
            "shipment", "tid", _field("consign_time", "time"), when=[_there("consign_time")], order_ref=_field("tid")
        ),
        _fact(
            "purchase",
            "tid",
            _field("end_time", "time"),
            when=[_there("status", "TRADE_FINISHED")],
            amount=_field("payment", "major"),
            order_ref=_field("tid"),
            items={
                "each": "orders.order",
                "sku": _field("outer_sku_id"),
                "qty": _field("num"),
                "amount": _field("payment", "major"),
                "category": _field("cid"),
            },
        ),
        _fact(
            "refund",
            "refund_id",
            _field("/end_time", "time"),
            each="orders.order",
            when=[_there("refund_status", "SUCCESS"), _there("/status", "TRADE_FINISHED")],
            amount=_field("divide_order_fee", "major"),
            order_ref=_field("/tid"),
            refund_of=_field("/tid", prefix="purchase:"),
        ),
    ],
}
JD = {
    "rows": "orderInfoList",
    "channel": "jd",
    "zone": "Asia/Shanghai",
    "currency": "CNY",
    "customer": {
        "external_id": _field("open_id_buyer"),
        "system": "jd",
        "display_name": _field("consigneeInfo.fullname"),
        "phone": _field("consigneeInfo.mobile"),
        "province": _field("consigneeInfo.province"),
        "city": _field("consigneeInfo.city"),
        "district": _field("consigneeInfo.county"),
        "street": _field("consigneeInfo.fullAddress"),
    },
    "facts": [
        _fact("order", "orderId", _field("orderStartTime", "time"), order_ref=_field("orderId")),
        _fact(
            "payment",
            "orderId",
            _field("paymentConfirmTime", "time"),
            when=[_there("paymentConfirmTime")],
            amount=_field("orderPayment", "major"),
            order_ref=_field("orderId"),
        ),
        _fact(
            "purchase",
            "orderId",
            _field("orderEndTime", "time"),
            when=[_there("orderState", "FINISHED_L")],
            amount=_field("orderPayment", "major"),
            order_ref=_field("orderId"),
            items={"each": "itemInfoList", "sku": _field("outerSkuId"), "qty": _field("itemTotal")},
        ),
    ],
}
PAID = ("paid", "partially_refunded", "refunded")
SHOPIFY = {
    "rows": None,
    "channel": "web",
    "customer": {
        "external_id": _field("customer.id"),
        "system": "shopify",
        "given_name": _field("customer.first_name"),
        "family_name": _field("customer.last_name"),
        "email": _field("customer.email"),
        "phone": _field("customer.phone"),
        "province": _field("shipping_address.province"),
        "city": _field("shipping_address.city"),
        "street": _field("shipping_address.address1"),
        "postcode": _field("shipping_address.zip"),
    },
    "facts": [
        _fact("order", "id", _field("created_at", "time"), currency=_field("currency"), order_ref=_field("name")),
        _fact(
            "purchase",
            "id",
            _field("processed_at", "time"),
            when=[_there("financial_status", *PAID)],
            amount=_field("total_price", "major"),
            currency=_field("currency"),
            order_ref=_field("name"),
            items={"each": "line_items", "sku": _field("sku"), "qty": _field("quantity")},
        ),
        _fact(
            "refund",
            "id",
            _field("created_at", "time"),
            each="refunds",
            when=[_there("/financial_status", *PAID), _there("transactions[0].amount")],
            amount=_field("transactions[0].amount", "major"),
            currency=_field("/currency"),
            order_ref=_field("/name"),
            refund_of=_field("/id", prefix="purchase:"),
        ),
    ],
}
WOOCOMMERCE = {
    "rows": None,
    "channel": "web",
    "zone": "UTC",
    "customer": {
        "external_id": _field("billing.email"),
        "system": "woocommerce",
        "given_name": _field("billing.first_name"),
        "family_name": _field("billing.last_name"),
        "email": _field("billing.email"),
        "phone": _field("billing.phone"),
        "province": _field("billing.state"),
        "city": _field("billing.city"),
        "street": _field("billing.address_1"),
        "postcode": _field("billing.postcode"),
    },
    "facts": [
        _fact("order", "id", _field("date_created_gmt", "time"), currency=_field("currency"), order_ref=_field("id")),
        _fact(
            "payment",
            "id",
            _field("date_paid_gmt", "time"),
            when=[_there("date_paid_gmt")],
            amount=_field("total", "major"),
            currency=_field("currency"),
            order_ref=_field("id"),
        ),
        _fact(
            "purchase",
            "id",
            _field("date_completed_gmt", "time"),
            when=[_there("status", "completed"), _there("date_completed_gmt")],
            amount=_field("total", "major"),
            currency=_field("currency"),
            order_ref=_field("id"),
            items={
                "each": "line_items",
                "sku": _field("sku"),
                "qty": _field("quantity"),
                "amount": _field("total", "major"),
            },
        ),
    ],
}
PRESETS = {
    name: SourceMapping.model_validate(said)
    for name, said in (("taobao", TAOBAO), ("jd", JD), ("shopify", SHOPIFY), ("woocommerce", WOOCOMMERCE))
}
