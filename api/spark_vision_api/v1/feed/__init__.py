"""The feed resource."""
