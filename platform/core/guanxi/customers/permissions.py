"""What an actor may be allowed to do with customers."""

from guanxi.permissions import Permission

READ_CUSTOMERS = Permission("customers.customer.read", "See customers", "查看客户")
WRITE_CUSTOMERS = Permission("customers.customer.write", "Create, change and archive customers", "创建、修改和归档客户")
READ_CONTACTS = Permission("customers.contact.reveal", "See contact points in full", "查看完整的联系方式")
WRITE_CONTACTS = Permission("customers.contact.write", "Add, change and remove contact points", "增改删联系方式")
ASSIGN_CUSTOMERS = Permission("customers.customer.assign", "Say who looks after a customer", "分配客户负责岗位")
WRITE_TAGS = Permission("customers.tag.write", "Tag customers", "给客户打标签")
