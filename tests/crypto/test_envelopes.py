"""Sealed values, blind indexes and signatures."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guanxi import crypto
from guanxi.crypto import Cell, KeyRing, MasterKey, UnknownKeyError, UnreadableError
from guanxi.db.fields import uuid7

OLD, NEW = MasterKey.new(), MasterKey.new()
RING, ROTATED = KeyRing((OLD,)), KeyRing((NEW, OLD))
CELL = Cell(uuid7(), "contact_point", "value", uuid7())
DATA_KEY = crypto.new_data_key(uuid7())
KEYS = {DATA_KEY.id: DATA_KEY}


@given(value=st.binary(max_size=200), is_shreddable=st.booleans())
@settings(max_examples=50)
def test_what_was_sealed_opens_again_also_after_a_new_key_came(value: bytes, is_shreddable: bool) -> None:
    sealed = crypto.seal(RING, CELL, value, DATA_KEY if is_shreddable else None)

    assert crypto.open_sealed(ROTATED, CELL, sealed, KEYS) == value
    assert value not in sealed or len(value) < 4


@pytest.mark.parametrize("data_key", [None, DATA_KEY], ids=["merchant's key", "customer's key"])
@pytest.mark.parametrize(
    "elsewhere", [{"merchant": uuid7()}, {"table": "customer"}, {"column": "street"}, {"row": uuid7()}], ids=" ".join
)
def test_a_sealed_value_opens_in_its_own_cell_only(data_key: Any, elsewhere: dict[str, Any]) -> None:
    sealed = crypto.seal(RING, CELL, b"13800000001", data_key)

    with pytest.raises(UnreadableError):
        crypto.open_sealed(RING, replace(CELL, **elsewhere), sealed, KEYS)


@pytest.mark.parametrize("data_key", [None, DATA_KEY], ids=["merchant's key", "customer's key"])
def test_any_changed_or_missing_byte_is_noticed(data_key: Any) -> None:
    sealed = crypto.seal(RING, CELL, b"1", data_key)

    for place in range(len(sealed)):
        changed = bytes([*sealed[:place], sealed[place] ^ 1, *sealed[place + 1 :]])
        for wrong in (changed, sealed[:place]):
            with pytest.raises((UnreadableError, UnknownKeyError)):
                crypto.open_sealed(RING, CELL, wrong, KEYS)


def test_a_value_is_lost_with_its_customers_key() -> None:
    sealed = crypto.seal(RING, CELL, b"13800000001", DATA_KEY)

    with pytest.raises(UnreadableError, match=r"contact_point\.value"):
        crypto.open_sealed(RING, CELL, sealed, {})
    with pytest.raises(UnreadableError):
        crypto.open_sealed(RING, CELL, sealed, {DATA_KEY.id: crypto.new_data_key(DATA_KEY.id)})


def test_a_data_key_is_stored_wrapped_and_belongs_to_its_merchant() -> None:
    merchant = uuid7()
    wrapped = crypto.wrap(RING, merchant, DATA_KEY)

    assert DATA_KEY.secret not in wrapped
    assert crypto.unwrap(ROTATED, merchant, DATA_KEY.id, wrapped) == DATA_KEY
    with pytest.raises(UnreadableError):
        crypto.unwrap(RING, uuid7(), DATA_KEY.id, wrapped)


def test_equal_values_have_equal_indexes_within_a_merchant_and_a_purpose_only() -> None:
    here, there = uuid7(), uuid7()
    index = crypto.index_of(RING, here, "phone", "+8613800000001")

    assert len(index) == 16
    assert index == crypto.index_of(RING, here, "phone", "+8613800000001")
    others = [(there, "phone", "+8613800000001"), (here, "email", "+8613800000001"), (here, "phone", "+8613800000002")]
    assert index not in [crypto.index_of(RING, *other) for other in others]
    assert crypto.indexes_of(ROTATED, here, "phone", "+8613800000001")[1] == index


def test_the_index_of_a_phones_tail_takes_one_of_256_values_and_spreads() -> None:
    merchant = UUID(int=1)
    taken = {crypto.tail_index(RING, merchant, f"{number:04}") for number in range(2_000)}

    assert taken <= set(range(256))
    assert len(taken) > 200
    assert crypto.tail_index(RING, merchant, "0001") in crypto.tail_indexes(ROTATED, merchant, "0001")


def test_a_reference_stands_for_a_value_and_outlives_a_rotation() -> None:
    merchant = uuid7()

    assert crypto.reference_of(RING, merchant, "ann@x.test") == crypto.reference_of(ROTATED, merchant, "ann@x.test")
    assert crypto.reference_of(RING, merchant, "ann@x.test") != crypto.reference_of(RING, uuid7(), "ann@x.test")


def test_only_the_installation_itself_signs() -> None:
    merchant = uuid7()
    key_id, signature = crypto.sign(RING, merchant, b"head")

    assert crypto.verify(ROTATED, merchant, b"head", key_id, signature)
    assert not crypto.verify(ROTATED, merchant, b"other", key_id, signature)
    assert not crypto.verify(ROTATED, uuid7(), b"head", key_id, signature)
