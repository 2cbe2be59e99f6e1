"""Records into customers, or only looked at: row by row, and nothing of a row that is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from guanxi.context import Context
from guanxi.customers import service as customers
from guanxi.customers.models import ExternalIdentity
from guanxi.customers.rules import profile
from guanxi.customers.rules.contacts import Collected
from guanxi.customers.rules.profile import Identity
from guanxi.customers.service import Upserted, UpsertItem, changes, drafts
from guanxi.customfields import service as customfields
from guanxi.customfields.rules import Value
from guanxi.customfields.service import Origin
from guanxi.errors import GuanxiError, Text
from guanxi.transfers.rules.problems import Problem
from guanxi.transfers.service import records
from guanxi.transfers.service.records import Reading, Record

# Where in a customer's input an error is -> which columns it may have come from.
PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "displayName": ("display_name",),
    "givenName": ("given_name",),
    "familyName": ("family_name",),
    "birthday": ("birthday",),
    "locale": ("locale",),
    "source": ("source",),
    "tags": ("tag",),
    "externalId": ("external_id",),
    "contactPoints": ("phone", "email", "wechat", "address"),
}


@dataclass(slots=True)
class Applied:
    """What became of the records of a page."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    problems: list[Problem] = field(default_factory=list)

    def count(self, status: str) -> None:
        """One more of this outcome."""
        setattr(self, status, getattr(self, status) + 1)


async def write(ctx: Context, read: Sequence[Record], how: Reading) -> Applied:
    """Create and change the customers of a page, in the running transaction. Raises: ForbiddenError."""
    applied, sound = _sort(read)
    outcomes = await customers.upsert_customers(ctx, [item for _, item in sound])
    told = list(zip([record for record, _ in sound], outcomes, strict=True))
    filled = await _fill_in(ctx, told, how)
    for record, outcome in told:
        if outcome.error is not None:
            applied.problems.append(_problem(record, outcome.error, how))
            applied.refused += 1
        elif outcome.status == "unchanged" and outcome.customer is not None and outcome.customer.id in filled:
            applied.count("updated")
        else:
            applied.count(outcome.status)
    return applied


async def _fill_in(ctx: Context, told: Sequence[tuple[Record, Upserted]], how: Reading) -> set[UUID]:
    """The merchant's own fields of those who were taken; whom that changed."""
    wanted: dict[UUID, dict[str, Value | None]] = {}
    for record, outcome in told:
        if outcome.customer is not None and record.custom:
            wanted.setdefault(outcome.customer.id, {}).update(record.custom)
    if not wanted:
        return set()
    return await customfields.fill_in(ctx, wanted, origin=Origin(how.source, Collected.INDIRECT))


async def check(ctx: Context, read: Sequence[Record], how: Reading) -> Applied:
    """The same without writing anything: who is known counts as updated."""
    applied, sound = _sort(read)
    known = await _known([item.identity for _, item in sound])
    for record, item in sound:
        try:
            identity = profile.checked_identity(item.identity)
            checked = changes.check_new(ctx, item.fields, item.contacts, (), item.tags)
            if identity not in known:
                drafts.new_draft(checked.fields, ctx.now())
        except GuanxiError as error:
            applied.problems.append(_problem(record, error, how))
            applied.refused += 1
        else:
            applied.count("updated" if identity in known else "created")
            known.add(identity)
    return applied


def _sort(read: Sequence[Record]) -> tuple[Applied, list[tuple[Record, UpsertItem]]]:
    """The problems that are known already, and the records that can be tried."""
    applied = Applied(problems=[problem for one in read for problem in one.problems])
    applied.refused = sum(one.is_refused for one in read)
    sound = [(one, one.item) for one in read if one.item is not None and not one.is_refused and not one.is_passed_over]
    return applied, sound


async def _known(identities: Sequence[Identity]) -> set[Identity]:
    """Those of the identities that name a customer already."""
    systems: dict[str, list[str]] = {}
    for one in identities:
        systems.setdefault(one.system, []).append(one.external_id)
    found: set[Identity] = set()
    for system, names in systems.items():
        rows = await ExternalIdentity.filter(system=system, external_id__in=names)
        found |= {Identity(row.system, row.external_id) for row in rows}
    return found


def _problem(record: Record, error: GuanxiError, how: Reading) -> Problem:
    """An error of the customers' rules as a problem of the row."""
    steps = [step for step in error.path if step in PLACES]
    targets = PLACES[str(steps[0])] if steps else ()
    said = Text(error.localized("en"), error.localized("zh"))
    return replace(Problem(record.row, records.place_of(how, *targets), "REFUSED", ""), said=said)
