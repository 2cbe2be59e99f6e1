"""One foreign row, read by a mapping: the customer and the facts in it, or the place that cannot be read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from guanxi.customers.rules.contacts import NewContact
from guanxi.errors import GuanxiError
from guanxi.interactions.rules.facts import NewItem
from guanxi.sources import errors
from guanxi.sources.rules.mapping import Condition, CustomerFields, FactFields, Field, Items, SourceMapping, Unit

T = TypeVar("T")
STEP = re.compile(r"([A-Za-z0-9_]+)(?:\[([0-9]+)\])?")
NAMES = ("display_name", "given_name", "family_name")
CONTACTS = ("phone", "email", "wechat")
ADDRESS = ("province", "city", "district", "street", "postcode")
# Digits after the point of a currency's common unit, where they are not two.
DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "OMR": 3, "JOD": 3, "TND": 3}
MAX_ELEMENTS = 100


@dataclass(frozen=True, slots=True)
class ReadFact:
    """A fact of the row; ``refund_of`` is what the source calls the fact that is given back."""

    kind: str
    external_id: str
    occurred_at: datetime
    amount_minor: int | None = None
    currency: str | None = None
    order_ref: str | None = None
    refund_of: str | None = None
    subject: str | None = None
    items: Sequence[NewItem] = ()


@dataclass(frozen=True, slots=True)
class ReadRow:
    """Whom a row is about, and what it says of him."""

    external_id: str
    system: str | None
    fields: Mapping[str, str]
    contacts: Sequence[NewContact]
    facts: Sequence[ReadFact] = field(default_factory=list)


def rows_of(mapping: SourceMapping, body: Any) -> list[Any]:
    """The rows of a body: a list, or one object alone. Raises: BadUserInputError where there are none."""
    found = body if mapping.rows is None else value_at(mapping.rows, body, body)
    if isinstance(found, dict):
        return [found]
    if not isinstance(found, list):
        raise errors.no_rows(mapping.rows or "")
    return found


def read_row(mapping: SourceMapping, row: Any, zone: str, currency: str) -> ReadRow:
    """A row as the mapping reads it; zone and currency are the merchant's.

    Raises:
        BadUserInputError: the row is no object, or a value is missing or unreadable; the path is the mapping's.
    """
    if not isinstance(row, dict):
        raise errors.no_object()
    reader = Reader(row, ZoneInfo(mapping.zone or zone), mapping.currency or currency)
    who = mapping.customer
    return ReadRow(
        reader.needed(who.external_id, "customer", "externalId"),
        who.system,
        {name: text for name in NAMES if (text := reader.text(getattr(who, name), row)) is not None},
        reader.contacts(who),
        [fact for place, one in enumerate(mapping.facts) for fact in reader.facts(one, place)],
    )


def value_at(path: str, here: Any, row: Any) -> Any:
    """What stands at a path; None where there is nothing."""
    found = row if path.startswith("/") else here
    for name, index in STEP.findall(path):
        found = found.get(name) if isinstance(found, dict) else None
        if index:
            found = found[int(index)] if isinstance(found, list) and int(index) < len(found) else None
    return found


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads values of one row."""

    row: Mapping[str, Any]
    zone: ZoneInfo
    currency: str

    def text(self, said: Field | None, here: Any) -> str | None:
        """A text or number as text, without outer blanks; None where there is nothing."""
        found = None if said is None else value_at(said.path, here, self.row)
        if said is None or found is None or isinstance(found, dict | list | bool):
            return None
        written = str(found).strip()
        return said.prefix + written if written else None

    def needed(self, said: Field, *place: str | int, here: Any = None) -> str:
        """The same, where something must stand. Raises: BadUserInputError."""
        found = self.text(said, self.row if here is None else here)
        if found is None:
            raise errors.missing(said.path, place)
        return found

    def contacts(self, who: CustomerFields) -> list[NewContact]:
        """Ways to reach the customer; parts of an address are one."""
        found = [NewContact(kind, text) for kind in CONTACTS if (text := self.text(getattr(who, kind), self.row))]
        parts: dict[str, Any] = {
            name: text for name in ADDRESS if (text := self.text(getattr(who, name), self.row)) is not None
        }
        return [*found, NewContact("address", **parts)] if parts else found

    def facts(self, said: FactFields, place: int) -> list[ReadFact]:
        """The facts that the row holds of this sort."""
        elements = [self.row] if said.each is None else value_at(said.each, self.row, self.row) or []
        if not isinstance(elements, list) or len(elements) > MAX_ELEMENTS:
            raise errors.unreadable(said.each or "", ("facts", place, "each"))
        wanted = [one for one in elements if all(self._holds(condition, one) for condition in said.when)]
        return [self._fact(said, one, place) for one in wanted]

    def _fact(self, said: FactFields, here: Any, place: int) -> ReadFact:
        try:
            currency = (self.text(said.currency, here) or self.currency).upper()
            return ReadFact(
                said.kind,
                self.needed(said.external_id, "externalId", here=here),
                self._time(said.occurred_at, here),
                self._amount(said.amount, here, currency, "amount"),
                currency,
                self.text(said.order_ref, here),
                self.text(said.refund_of, here),
                self.text(said.subject, here),
                self._items(said.items, here, currency),
            )
        except GuanxiError as error:
            raise error.at("facts", place) from None

    def _holds(self, condition: Condition, here: Any) -> bool:
        found = value_at(condition.path, here, self.row)
        if not condition.one_of:
            return found not in (None, "", [], {}, False)
        written = str(found).lower() if isinstance(found, bool) else str(found)
        return found is not None and written in condition.one_of

    def _items(self, said: Items | None, here: Any, currency: str) -> list[NewItem]:
        found = [] if said is None else value_at(said.each, here, self.row) or []
        if said is None or not isinstance(found, list):
            return []
        return [
            NewItem(
                self.needed(said.sku, "items", place, "sku", here=one),
                self._count(said.qty, one, place),
                self._amount(said.amount, one, currency, "items"),
                self.text(said.category, one),
            )
            for place, one in enumerate(found)
        ]

    def _count(self, said: Field | None, here: Any, place: int) -> int:
        written = self.text(said, here)
        return 1 if said is None or written is None else _read(int, written, said.path, ("items", place, "qty"))

    def _amount(self, said: Field | None, here: Any, currency: str, place: str) -> int | None:
        written = self.text(said, here)
        if said is None or written is None:
            return None
        amount = _read(Decimal, written.replace(",", ""), said.path, (place,))
        scaled = amount if said.unit is Unit.MINOR else amount.scaleb(DIGITS.get(currency, 2))
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            raise errors.unreadable(said.path, (place,))
        return int(scaled)

    def _time(self, said: Field, here: Any) -> datetime:
        written = self.needed(said, "occurredAt", here=here)
        if said.unit in (Unit.SECONDS, Unit.MILLISECONDS):
            count = _read(float, written, said.path, ("occurredAt",))
            seconds = count / 1000 if said.unit is Unit.MILLISECONDS else count
            return _read(lambda _: datetime.fromtimestamp(seconds, UTC), written, said.path, ("occurredAt",))
        moment = _read(datetime.fromisoformat, written, said.path, ("occurredAt",))
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=self.zone)).astimezone(UTC)


def _read(read: Callable[[str], T], written: str, path: str, place: tuple[str | int, ...]) -> T:
    try:
        return read(written)
    except (ValueError, InvalidOperation, OverflowError, OSError):
        raise errors.unreadable(path, place) from None
