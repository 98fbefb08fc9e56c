"""The shop resource."""
