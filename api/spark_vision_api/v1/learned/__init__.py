"""The learned resource."""
