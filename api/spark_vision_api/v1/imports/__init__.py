"""The imports resource."""
