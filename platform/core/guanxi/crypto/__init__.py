"""Keys of an installation, and what is made with them: sealed values, blind indexes, signatures. Knows no database."""

from guanxi.crypto.envelopes import Cell, DataKey, data_key_of, key_id_of, new_data_key, open_sealed, seal, unwrap, wrap
from guanxi.crypto.errors import UnknownKeyError, UnreadableError, UnusableKeysError
from guanxi.crypto.indexes import index_of, indexes_of, reference_of, tail_index, tail_indexes
from guanxi.crypto.keys import KeyRing, KeySource, MasterKey, add_key
from guanxi.crypto.signing import sign, verify

__all__ = [
    "Cell",
    "DataKey",
    "KeyRing",
    "KeySource",
    "MasterKey",
    "UnknownKeyError",
    "UnreadableError",
    "UnusableKeysError",
    "add_key",
    "data_key_of",
    "index_of",
    "indexes_of",
    "key_id_of",
    "new_data_key",
    "open_sealed",
    "reference_of",
    "seal",
    "sign",
    "tail_index",
    "tail_indexes",
    "unwrap",
    "verify",
    "wrap",
]
