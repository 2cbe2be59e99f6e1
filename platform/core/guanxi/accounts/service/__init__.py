"""How people sign in and shoppers are known."""

from guanxi.accounts.service.entry import Invited, Password, SignedIn, accept, change_password, invite, sign_in
from guanxi.accounts.service.sessions import (
    Browser,
    Resumed,
    end,
    hash_of,
    list_sessions,
    note_use,
    open_session,
    renewed,
    resume,
    revoke_session,
)

__all__ = [
    "Browser",
    "Invited",
    "Password",
    "Resumed",
    "SignedIn",
    "accept",
    "change_password",
    "end",
    "hash_of",
    "invite",
    "list_sessions",
    "note_use",
    "open_session",
    "renewed",
    "resume",
    "revoke_session",
    "sign_in",
]
