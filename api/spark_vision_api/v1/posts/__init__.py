"""The posts resource."""
