"""What an actor may be allowed to do with the merchant itself."""

from guanxi.permissions import Permission

WRITE_MERCHANT = Permission("merchants.merchant.write", "Change the merchant's settings", "修改商户设置")
READ_DOCUMENTS = Permission("merchants.document.read", "See registered documents", "查看已注册的文档")
READ_AUDIT = Permission("merchants.audit.read", "See the audit chain", "查看审计记录")
WRITE_DOCUMENTS = Permission("merchants.document.write", "Register documents", "注册文档")
