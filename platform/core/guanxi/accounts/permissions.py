"""What an actor may be allowed to do with the accounts of staff and shoppers."""

from guanxi.permissions import Permission

INVITE = Permission("accounts.staff.invite", "Let staff set a password", "邀请员工设置密码")
END_SESSIONS = Permission("accounts.session.revoke", "End the sessions of other staff", "结束其他员工的登录会话")
ISSUE_SHOPPER_TOKENS = Permission("accounts.shopper.issue", "Issue tokens to shoppers", "为顾客签发令牌")
WRITE_SHOPPER_KEY = Permission("accounts.shopper.manage", "Rotate the key of the shop's pages", "轮换店铺页面密钥")
