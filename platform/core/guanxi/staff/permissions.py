"""What an actor may be allowed to do with the organisation, roles and tokens."""

from guanxi.permissions import Permission

READ_ROLES = Permission("staff.role.read", "See roles and what they allow", "查看角色及其权限")
WRITE_ROLES = Permission("staff.role.write", "Create and change roles", "创建和修改角色")
READ_TOKENS = Permission("staff.token.read", "See API tokens, never their secrets", "查看接口令牌（不含密钥）")
WRITE_TOKENS = Permission("staff.token.write", "Create, rotate and revoke API tokens", "创建、轮换和吊销接口令牌")
READ_ORGANISATION = Permission("staff.organisation.read", "See units, posts and who holds them", "查看组织、岗位及任职")
WRITE_ORGANISATION = Permission(
    "staff.organisation.write", "Create, change, fill and vacate units and posts", "创建和修改组织与岗位，安排任职"
)
HAND_OVER_POSTS = Permission("staff.post.handover", "Hand a post and its customers over", "移交岗位及其客户")
READ_PEOPLE = Permission("staff.member.read", "See staff members and their addresses", "查看员工及其邮箱")
WRITE_PEOPLE = Permission("staff.member.write", "Invite staff members", "邀请员工")
