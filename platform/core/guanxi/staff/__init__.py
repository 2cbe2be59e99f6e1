"""Staff: roles, API tokens, and who an arriving request acts for."""
