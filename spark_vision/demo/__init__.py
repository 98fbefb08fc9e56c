"""The demo shop and its posts."""
