"""What one may do in membership."""

from guanxi import Permission

READ_PROGRAMS = Permission("membership.program.read", "See programs and tiers", "查看会员计划与等级")
WRITE_PROGRAMS = Permission("membership.program.manage", "Change programs and tiers", "修改会员计划与等级")
READ_ACCOUNTS = Permission("membership.account.read", "See members", "查看会员账户")
WRITE_ACCOUNTS = Permission("membership.account.write", "Enrol members", "办理入会")
