"""Identifiers and times: what goes in comes out, and orders as it should."""

import random
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tea_shop.models import Customer, Interaction, Kind

from guanxi.db.database import Database
from guanxi.db.fields import IdField, UtcField, uuid7
from guanxi.db.merchant import acting_for
from guanxi.testing.clock import START

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=8))])
MOMENTS = st.builds(
    lambda gap, zone: (START + gap).astimezone(zone),
    st.timedeltas(min_value=timedelta(days=-40_000), max_value=timedelta(days=40_000)),
    ZONES,
)


def test_ids_rise_even_within_one_tick() -> None:
    ids = [uuid7() for _ in range(5000)]

    assert ids == sorted(ids)
    assert [one.bytes for one in ids] == sorted(one.bytes for one in ids)
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("value", [UUID(int=5), UUID(int=5).bytes, str(UUID(int=5)), None])
def test_an_id_is_read_from_every_form(value: Any) -> None:
    found = IdField().to_python_value(value)

    assert found == (None if value is None else UUID(int=5))
    assert type(found) in {UUID, type(None)}


@pytest.mark.parametrize("value", ["nonsense", "", "00000000-0000-0000-0000-00000000000g"])
def test_a_text_that_is_no_id_is_refused_before_the_database(value: str) -> None:
    with pytest.raises(ValueError, match=r"UUID|base 16"):
        IdField().to_db_value(value, Customer)


@pytest.mark.parametrize("value", [1794398400, 1.5, "2026-11-11 12:00:00", datetime(2026, 11, 11)])  # noqa: DTZ001 - that is what is refused
def test_a_time_without_a_zone_is_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        UtcField().to_python_value(value)


@given(moment=MOMENTS)
def test_a_time_keeps_its_moment(moment: datetime) -> None:
    field = UtcField()
    field.model_field_name = "happened_at"

    written = field.to_db_value(moment, Interaction)

    assert written == moment
    assert written.tzinfo is UTC
    assert field.to_python_value(written.isoformat(" ", "microseconds")) == moment


async def test_times_are_ordered_by_the_database_as_by_python(db: Database, tea: UUID) -> None:
    """Whole seconds among fractions: their text must not be shorter."""
    rng = random.Random(3)
    moments = [START + timedelta(microseconds=rng.choice([0, 1, 10, 999_999, 1_000_000, 500_000])) for _ in range(40)]

    with acting_for(tea):
        ann = await Customer.create(name="ann")
        for moment in moments:
            await Interaction.create(customer=ann, kind=Kind.VISIT, happened_at=moment, facts={"n": [1, None]})
        found = await Interaction.all().order_by("happened_at")

        assert [row.happened_at for row in found] == sorted(moments)
        assert await Interaction.filter(happened_at__gt=START).count() == sum(moment > START for moment in moments)
        assert (found[0].facts, type(found[0].id), found[0].kind) == ({"n": [1, None]}, UUID, Kind.VISIT)
