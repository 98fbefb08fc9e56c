"""The metrics resource."""
