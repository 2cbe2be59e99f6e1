"""How a foreign row becomes a customer and facts, without a database."""
