"""The key ring: where an installation's master keys come from, and the keys that are derived from them."""

import base64
import binascii
import hmac
import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from guanxi.crypto import errors
from guanxi.settings import Settings

KEY_BYTES: Final = 32
LINE = re.compile(r"(?P<id>[0-9a-f]{8}):(?P<secret>[A-Za-z0-9+/]{43}=)")
MEMORY: Final = ":memory:"


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One key of the installation. Its id is no secret and stands in everything that it sealed."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "MasterKey":
        """A random key under a random id."""
        return cls(secrets.token_hex(4), secrets.token_bytes(KEY_BYTES))

    @property
    def line(self) -> str:
        """The key as one line of a key file."""
        return f"{self.id}:{base64.b64encode(self.secret).decode()}"

    def derive(self, salt: bytes, *labels: str) -> bytes:
        """A key of 32 bytes for one purpose: HKDF-SHA-256 (RFC 5869), the labels as its info."""
        return hkdf(self.secret, salt, "\0".join(("guanxi", *labels)).encode())


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Master keys, the one that seals first; the others only open what they sealed."""

    keys: tuple[MasterKey, ...]

    @property
    def current(self) -> MasterKey:
        """The key that seals."""
        return self.keys[0]

    def get(self, key_id: str) -> MasterKey:
        """A key by its id. Raises: UnknownKeyError."""
        for key in self.keys:
            if key.id == key_id:
                return key
        raise errors.unknown_key(key_id)


@dataclass(slots=True)
class KeySource:
    """Where the ring is read from: read on first use, and again when the file changes.

    ``GUANXI_KEYS`` wins over ``GUANXI_KEY_FILE``; with neither a SQLite database has the file beside it, made with
    the first key where neither is there.
    """

    settings: Settings
    _ring: KeyRing | None = None
    _read_at: tuple[int, int] = (0, 0)

    def ring(self) -> KeyRing:
        """The ring as it is now. Raises: UnusableKeysError."""
        given = self.settings.keys.get_secret_value()
        if given or self.settings.database_url.endswith(MEMORY):
            self._ring = self._ring or (_parse("GUANXI_KEYS", given.split(",")) if given else _alone())
            return self._ring
        path = self.file
        stamp = _stamp(path)
        if self._ring is None or stamp != self._read_at:
            self._ring, self._read_at = _read(path), stamp
        return self._ring

    @property
    def file(self) -> Path:
        """The key file. Raises: UnusableKeysError where nobody said which."""
        if self.settings.key_file is not None:
            return self.settings.key_file
        scheme, _, path = self.settings.database_url.partition("://")
        if scheme != "sqlite":
            raise errors.no_keys()
        return Path(f"{path}.keys")

    def make(self) -> None:
        """Make the key file with a first key, unless there are keys already or nobody said where they should be.

        For whoever makes the database: a server that makes keys would hide that the file is lost.
        """
        settings = self.settings
        is_sqlite = settings.database_url.startswith("sqlite://") and not settings.database_url.endswith(MEMORY)
        has_place = is_sqlite or settings.key_file is not None
        if has_place and not settings.keys.get_secret_value() and not self.file.exists():
            with suppress(FileExistsError):  # another process was first
                _write_new(self.file, [MasterKey.new().line])


def add_key(path: Path) -> MasterKey:
    """Put a new key before the others in a key file, or make the file: everybody seals with it from then on.

    Raises:
        UnusableKeysError: the file holds something else.
    """
    made = MasterKey.new()
    if not path.exists():
        _write_new(path, [made.line])
        return made
    lines = [made.line, *(key.line for key in _read(path).keys)]
    partial = path.with_name(f"{path.name}.part")
    partial.unlink(missing_ok=True)
    _write_new(partial, lines)
    partial.replace(path)
    return made


def hkdf(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF with SHA-256 and 32 bytes of output: extract, then one block of expand."""
    extracted = hmac.digest(salt or bytes(32), secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def _read(path: Path) -> KeyRing:
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise errors.file_is_missing(str(path)) from None
    except UnicodeDecodeError:
        raise errors.malformed(str(path)) from None
    if os.name == "posix" and mode & 0o077:
        raise errors.file_is_open(str(path), mode)
    return _parse(str(path), text.splitlines())


def _parse(place: str, lines: Iterable[str]) -> KeyRing:
    found: list[MasterKey] = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not text.startswith("#"):
            found.append(_parse_line(f"{place}, line {number},", text))
    if not found or len({key.id for key in found}) < len(found):
        raise errors.malformed(place)
    return KeyRing(tuple(found))


def _parse_line(place: str, text: str) -> MasterKey:
    matched = LINE.fullmatch(text)
    if matched is None:
        raise errors.malformed(place)
    try:
        return MasterKey(matched["id"], base64.b64decode(matched["secret"], validate=True))
    except binascii.Error:
        raise errors.malformed(place) from None


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise errors.file_is_missing(str(path)) from None
    return found.st_mtime_ns, found.st_ino


def _write_new(path: Path, lines: Iterable[str]) -> None:
    file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(file, "w", encoding="ascii") as opened:
        opened.write("".join(f"{line}\n" for line in lines))
        opened.flush()
        os.fsync(opened.fileno())


def _alone() -> KeyRing:
    """For a database in memory: gone with it."""
    return KeyRing((MasterKey.new(),))
