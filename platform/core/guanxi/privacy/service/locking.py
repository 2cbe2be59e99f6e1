"""One change about a customer's data after the other."""

from uuid import UUID

from guanxi.customers import errors as customer_errors
from guanxi.customers.models import Customer


async def lock_customer(customer_id: UUID) -> Customer:
    """The customer, locked until the caller's transaction ends. Raises: NotFoundError."""
    # Not .exists(): Tortoise forgets FOR UPDATE there.
    found = await Customer.filter(id=customer_id).select_for_update(no_key=True).first()
    if found is None:
        raise customer_errors.unknown_customer()
    return found
