"""GraphQL types of customers."""
