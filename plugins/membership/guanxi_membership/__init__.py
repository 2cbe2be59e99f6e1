"""会员: programs, tiers and accounts."""
