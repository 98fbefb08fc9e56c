"""The photos resource."""
