"""The organisation and its rights: units, posts, people, roles, tokens, and whom an arriving token stands for."""

from guanxi.staff.service.access import authenticate, platform_principal, renewed, still_valid
from guanxi.staff.service.admins import administrators, changing_rights
from guanxi.staff.service.handover import Handover, hand_over
from guanxi.staff.service.people import holders_of, invite_staff, posts_held_by, set_state
from guanxi.staff.service.posts import (
    NewPost,
    PostChanges,
    assign_post,
    create_post,
    find_holding,
    get_post,
    update_post,
    vacate_post,
)
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
from guanxi.staff.service.scopes import PostScope, scope_of
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
from guanxi.staff.service.units import KEEP, UnitChanges, create_unit, update_unit

__all__ = [
    "KEEP",
    "Handover",
    "IssuedToken",
    "NewPost",
    "PostChanges",
    "PostScope",
    "UnitChanges",
    "administrators",
    "assign_post",
    "authenticate",
    "changing_rights",
    "create_builtin_roles",
    "create_platform_token",
    "create_post",
    "create_token",
    "create_unit",
    "find_holding",
    "find_token",
    "found_merchant",
    "get_post",
    "get_role",
    "get_token",
    "hand_over",
    "holders_of",
    "invite_staff",
    "list_permissions",
    "list_roles",
    "permissions_of",
    "platform_principal",
    "posts_held_by",
    "renewed",
    "revoke_platform_token",
    "revoke_token",
    "roles_of",
    "rotate_token",
    "scope_of",
    "set_state",
    "still_valid",
    "tokens_of",
    "update_post",
    "update_unit",
    "upsert_role",
    "vacate_post",
]
