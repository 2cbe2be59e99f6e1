"""Which consents there can be, and which of two counts."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from guanxi.privacy import errors

T = TypeVar("T", bound=StrEnum)


class Channel(StrEnum):
    """Where a customer is reached; ``ANY`` for uses of data, and to withdraw everywhere."""

    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    WECHAT = "wechat"
    APP = "app"
    POST = "post"
    ANY = "any"


class Purpose(StrEnum):
    """What a consent is for."""

    MARKETING = "marketing"
    SERVICE = "service"
    SURVEY = "survey"
    PROFILING = "profiling"
    SENSITIVE_DATA = "sensitive_data"
    THIRD_PARTIES = "third_parties"
    CROSS_BORDER = "cross_border"


class State(StrEnum):
    """What was said."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


CONTACT: Final = frozenset({Purpose.MARKETING, Purpose.SERVICE, Purpose.SURVEY})
CHANNELS: Final = tuple(one for one in Channel if one is not Channel.ANY)


def channels_meant(channel: str, purpose: str, state: str) -> Sequence[Channel]:
    """The channels that one statement is about.

    Raises:
        BadUserInputError: no such channel, purpose or state, or the two do not go together.
    """
    meant, use = _member(Channel, channel, "channel"), _member(Purpose, purpose, "purpose")
    said = _member(State, state, "state")
    if use not in CONTACT:
        if meant is not Channel.ANY:
            raise errors.channel_unfitting()
        return (meant,)
    if meant is not Channel.ANY:
        return (meant,)
    if said is State.GIVEN:
        raise errors.channel_missing()
    return CHANNELS


def counts_now(state: str, said_at: datetime, known_since: datetime | None) -> bool:
    """Whether a statement is what counts from now on: the later one does, and of two at one moment the withdrawal."""
    if known_since is None or said_at > known_since:
        return True
    return said_at == known_since and state == State.WITHDRAWN


def _member(members: type[T], value: str, field: str) -> T:
    if value not in set(members):
        raise errors.unknown_member(field)
    return members(value)
