"""The index resource."""
