"""Webhooks: events that are sent to a merchant's own servers, signed, in order, until they arrive."""
