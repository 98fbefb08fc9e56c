"""The suggestions resource."""
