"""What an actor may be allowed to do with roles and tokens."""

from guanxi.permissions import Permission

READ_ROLES = Permission("staff.role.read", "See roles and what they allow", "查看角色及其权限")
WRITE_ROLES = Permission("staff.role.write", "Create and change roles", "创建和修改角色")
READ_TOKENS = Permission("staff.token.read", "See API tokens, never their secrets", "查看接口令牌（不含密钥）")
WRITE_TOKENS = Permission("staff.token.write", "Create, rotate and revoke API tokens", "创建、轮换和吊销接口令牌")
