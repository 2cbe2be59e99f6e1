"""What an actor may be allowed to do with the merchant itself."""

from guanxi.permissions import Permission

WRITE_MERCHANT = Permission("merchants.merchant.write", "Change the merchant's settings", "修改商户设置")
