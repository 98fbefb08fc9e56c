"""Authentication: API keys, OpenID Connect and visitors."""
