"""A row of a file as a customer, with every problem that it has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from guanxi.customers.rules import contacts, phones
from guanxi.customers.rules.contacts import NewContact
from guanxi.customers.rules.profile import CustomerFields, Identity
from guanxi.customers.service import UpsertItem
from guanxi.customfields import rules as custom_rules
from guanxi.customfields.rules import Value
from guanxi.errors import BadUserInputError, Text
from guanxi.transfers.rules import cells, headers
from guanxi.transfers.rules.cells import CellError
from guanxi.transfers.rules.headers import CUSTOM, Columns
from guanxi.transfers.rules.problems import Problem, shown
from guanxi.transfers.rules.texts import Broken
from guanxi.transfers.service.tables import Row

LINES: Final = "import"  # the system in which a row of a file is called by the file and its number
ADDRESS_PARTS: Final = ("province", "city", "district", "street", "postcode")
READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "birthday": cells.day,
    "gender": cells.gender,
    "lifecycle": cells.lifecycle,
}
LISTS: Final[Mapping[str, Callable[[str], list[str]]]] = {
    "phone": cells.numbers,
    "email": cells.texts,
    "wechat": cells.texts,
    "tag": cells.texts,
}


@dataclass(frozen=True, slots=True)
class CustomColumn:
    """A field of the merchant's own, as far as its values are concerned. ``currency`` is of amounts without one."""

    kind: str
    options: Sequence[str]
    currency: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How rows are taken: of which file, what its ids belong to, and whether invalid contact points are kept."""

    columns: Columns
    file_hash: str
    region: str
    system: str | None = None
    source: str | None = None
    keep_invalid: bool = False
    custom: Mapping[str, CustomColumn] = field(default_factory=dict)


@dataclass(slots=True)
class Record:
    """One row. ``item`` None: there is nothing of it that could be imported."""

    row: int
    item: UpsertItem | None = None
    custom: dict[str, Value] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_passed_over: bool = False

    @property
    def is_refused(self) -> bool:
        """Whether a problem keeps it out."""
        return any(not one.is_warning for one in self.problems)


@dataclass(slots=True)
class _Found:
    """What the cells of one row hold."""

    fields: dict[str, Any] = field(default_factory=dict)
    phones: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    wechats: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    address: dict[str, str] = field(default_factory=dict)
    external_id: str = ""


def read(row: Row, how: Reading) -> Record:
    """The record of a row."""
    if isinstance(row, Broken):
        return Record(row.number, problems=[Problem(row.number, "", "BROKEN_QUOTES", "")])
    number, values = row
    record = Record(number)
    if [cell.strip() for cell in values] == list(how.columns.titles)[: len(values)] and len(values) > 1:
        record.problems.append(Problem(number, "", "REPEATED_HEADER", "", is_warning=True))
        record.is_passed_over = True
        return record
    _check_width(record, values, how)
    found = _Found()
    for place, target in how.columns.targets.items():
        cell = values[place] if place < len(values) else ""
        try:
            if target.startswith(CUSTOM):
                _take_custom(record, target.removeprefix(CUSTOM), cell, how)
            else:
                _take(found, target, cell)
        except CellError as error:
            record.problems.append(Problem(number, how.columns.title(place), str(error), shown(cell)))
        except BadUserInputError as error:
            said = Text(error.localized("en"), error.localized("zh"))
            record.problems.append(Problem(number, how.columns.title(place), "REFUSED", shown(cell), said=said))
    _check_contacts(record, found, how)
    _check_name(record, found, how)
    record.item = _item(record, found, how)
    return record


def place_of(how: Reading, *targets: str) -> str:
    """What the first column of one of the targets is called."""
    return next((how.columns.title(place) for place, one in how.columns.targets.items() if one in targets), "")


def _check_width(record: Record, values: list[str], how: Reading) -> None:
    """Cells beyond the last column mean that a value was cut by a separator: all to its right is shifted."""
    beyond = [cell for cell in values[len(how.columns.titles) :] if cell.strip()]
    if beyond:
        place = headers.letter_of(len(how.columns.titles))
        record.problems.append(Problem(record.row, place, "TOO_MANY_CELLS", shown(" | ".join(beyond))))


def _take_custom(record: Record, key: str, cell: str, how: Reading) -> None:
    """Note a value of a field of the merchant's own. Raises: CellError, BadUserInputError."""
    text, known = cells.plain(cell), how.custom[key]
    if text:
        value = custom_rules.parse(known.kind, known.options, known.currency, text)
        custom_rules.columns_of(known.kind, known.options, value)
        record.custom[key] = value


def _take(found: _Found, target: str, cell: str) -> None:
    """Note what a cell holds. Raises: CellError."""
    if target in LISTS:
        getattr(found, target + "s").extend(LISTS[target](cell))
    elif target == "external_id":
        found.external_id = cells.digits(cells.plain(cell))
    elif target in ("address", *ADDRESS_PARTS):
        text = cells.plain(cell)
        found.address |= {target: cells.digits(text) if target == "postcode" else text} if text else {}
    else:
        value = READERS.get(target, cells.plain)(cell)
        found.fields |= {target: value} if value not in {None, ""} else {}


def _check_contacts(record: Record, found: _Found, how: Reading) -> None:
    """An invalid phone number or address keeps the row out, unless they are to be kept, marked."""
    for text in found.phones:
        if phones.normalise_phone(text, how.region).normalised is None:
            place = place_of(how, "phone")
            record.problems.append(Problem(record.row, place, "INVALID_PHONE", shown(text), how.keep_invalid))
    for text in found.emails:
        if contacts.normalise_email(text).normalised is None:
            place = place_of(how, "email")
            record.problems.append(Problem(record.row, place, "INVALID_EMAIL", shown(text), how.keep_invalid))


def _check_name(record: Record, found: _Found, how: Reading) -> None:
    """A customer that is known by an external id may have a name already; then only a new one is refused later."""
    names = ("display_name", "given_name", "family_name")
    if not found.external_id and not any(found.fields.get(name) for name in names):
        record.problems.append(Problem(record.row, place_of(how, *names), "MISSING_NAME", ""))


def _item(record: Record, found: _Found, how: Reading) -> UpsertItem:
    """Without an id of its own the row is known by its file and number: twice is once, also after a kill."""
    identity = Identity(how.system or LINES, found.external_id)
    if not found.external_id:
        identity = Identity(LINES, f"{how.file_hash[:16]}:{record.row}")
    fields = found.fields | ({"source": how.source} if how.source and "source" not in found.fields else {})
    common: dict[str, Any] = {"source": how.source, "collected": "indirect"}
    points = [NewContact("phone", text, **common) for text in found.phones]
    points += [NewContact("email", text, **common) for text in found.emails]
    points += [NewContact("wechat", text, **common) for text in found.wechats]
    if found.address:
        parts: dict[str, Any] = {name: text for name, text in found.address.items() if name in ADDRESS_PARTS}
        points.append(NewContact("address", found.address.get("address", ""), **parts, **common))
    return UpsertItem(identity, cast(CustomerFields, fields), points, found.tags)
