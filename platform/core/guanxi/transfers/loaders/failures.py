"""Why a transfer failed, in the reader's language."""

from typing import Any

from guanxi.context import Context
from guanxi.errors import Text
from guanxi.transfers import types


def to_transfer_error(ctx: Context, said: dict[str, Any] | None) -> types.TransferError | None:
    """A kept error in the reader's language."""
    if said is None:
        return None
    message = Text(said["en"], said["zh"]).localized(ctx.locale)
    return types.TransferError(code=said["code"], message=message, row=said.get("row"))
