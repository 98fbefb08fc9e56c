"""Catalogue imports in the background: orders, and the one who works on them."""
