"""Accounts, the feed and smiles."""
