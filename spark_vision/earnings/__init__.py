"""Clicks, orders, ledger and payouts."""
