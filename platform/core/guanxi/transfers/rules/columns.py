"""What can be exported of customers and interactions, and what each column is called."""

from collections.abc import Mapping
from typing import Final

from guanxi.errors import Text

# Name -> title. A name is a field of the GraphQL type, or one of GROUPED.
CUSTOMERS: Final[Mapping[str, Text]] = {
    "id": Text("Id", "标识"),
    "displayName": Text("Name", "姓名"),
    "familyName": Text("Family name", "姓"),
    "givenName": Text("Given name", "名"),
    "gender": Text("Gender", "性别"),
    "birthday": Text("Birthday", "生日"),
    "phones": Text("Phone", "手机"),
    "emails": Text("E-mail", "邮箱"),
    "wechats": Text("WeChat", "微信"),
    "addresses": Text("Address", "地址"),
    "tags": Text("Tags", "标签"),
    "externalIds": Text("External ids", "外部编号"),
    "lifecycle": Text("Lifecycle", "客户状态"),
    "source": Text("Source", "来源"),
    "locale": Text("Locale", "语言"),
    "timezone": Text("Time zone", "时区"),
    "createdAt": Text("Created at", "创建时间"),
    "updatedAt": Text("Updated at", "更新时间"),
    "archivedAt": Text("Archived at", "归档时间"),
}
INTERACTIONS: Final[Mapping[str, Text]] = {
    "id": Text("Id", "标识"),
    "customerId": Text("Customer", "客户标识"),
    "customerName": Text("Customer's name", "客户姓名"),
    "kind": Text("Kind", "类型"),
    "occurredAt": Text("Occurred at", "发生时间"),
    "recordedAt": Text("Recorded at", "记录时间"),
    "channel": Text("Channel", "渠道"),
    "source": Text("Source", "来源"),
    "externalId": Text("External id", "外部编号"),
    "orderRef": Text("Order", "订单号"),
    "amountMinor": Text("Amount in the smallest unit", "金额（最小单位）"),
    "currency": Text("Currency", "币种"),
    "subject": Text("Subject", "主题"),
    "body": Text("Body", "内容"),
    "mode": Text("Mode", "记录方式"),
}
COLUMNS: Final = {"customers": CUSTOMERS, "interactions": INTERACTIONS}
CONTACTS: Final = {"phones": "phone", "emails": "email", "wechats": "wechat", "addresses": "address"}
