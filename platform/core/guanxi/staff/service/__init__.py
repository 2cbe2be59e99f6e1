"""What staff and integrations may do: roles, tokens, and whom an arriving token stands for."""

from guanxi.staff.service.access import authenticate, platform_principal, renewed, still_valid
from guanxi.staff.service.roles import (
    create_builtin_roles,
    found_merchant,
    get_role,
    list_permissions,
    list_roles,
    permissions_of,
    roles_of,
    upsert_role,
)
from guanxi.staff.service.tokens import (
    IssuedToken,
    create_platform_token,
    create_token,
    find_token,
    get_token,
    revoke_platform_token,
    revoke_token,
    rotate_token,
    tokens_of,
)

__all__ = [
    "IssuedToken",
    "authenticate",
    "create_builtin_roles",
    "create_platform_token",
    "create_token",
    "find_token",
    "found_merchant",
    "get_role",
    "get_token",
    "list_permissions",
    "list_roles",
    "permissions_of",
    "platform_principal",
    "renewed",
    "revoke_platform_token",
    "revoke_token",
    "roles_of",
    "rotate_token",
    "still_valid",
    "tokens_of",
    "upsert_role",
]
