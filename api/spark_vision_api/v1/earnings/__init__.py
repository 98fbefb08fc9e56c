"""The earnings resource."""
