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
from guanxi.accounts.service.shoppers import (
    ShopperSecret,
    ShopperToken,
    authenticate_shopper,
    is_shopper_token,
    issue,
    renewed_shopper,
    rotate_secret,
)

__all__ = [
    "Browser",
    "Invited",
    "Password",
    "Resumed",
    "ShopperSecret",
    "ShopperToken",
    "SignedIn",
    "accept",
    "authenticate_shopper",
    "change_password",
    "end",
    "hash_of",
    "invite",
    "is_shopper_token",
    "issue",
    "list_sessions",
    "note_use",
    "open_session",
    "renewed",
    "renewed_shopper",
    "resume",
    "revoke_session",
    "rotate_secret",
    "sign_in",
]
