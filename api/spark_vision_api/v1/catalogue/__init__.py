"""The catalogue resource."""
