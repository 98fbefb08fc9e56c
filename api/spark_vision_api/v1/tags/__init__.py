"""The tags resource."""
