"""What an actor may be allowed to do with consent and with the rights of customers over their data."""

from guanxi.permissions import Permission

READ_CONSENTS = Permission("privacy.consent.read", "See consents", "查看同意记录")
WRITE_CONSENTS = Permission("privacy.consent.write", "Record consents and withdrawals", "登记同意与撤回")
READ_REQUESTS = Permission("privacy.request.read", "See requests about personal data", "查看个人信息请求")
WRITE_REQUESTS = Permission("privacy.request.write", "Register and close such requests", "登记和办结个人信息请求")
EXPORT_CUSTOMERS = Permission("privacy.customer.export", "Hand out all data of a customer", "导出客户的全部个人信息")
ERASE_CUSTOMERS = Permission("privacy.customer.erase", "Erase a customer's personal data", "删除客户的个人信息")
MANAGE_HOLDS = Permission("privacy.hold.manage", "Place and lift legal holds", "设置和解除法律保留")
MANAGE_RETENTION = Permission("privacy.retention.manage", "Say how long data is kept", "设定个人信息保存期限")
