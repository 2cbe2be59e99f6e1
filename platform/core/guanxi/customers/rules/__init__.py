"""Pure rules of customers: what a profile may say, and how contact points are brought to one form."""
