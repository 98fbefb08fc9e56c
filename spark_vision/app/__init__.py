"""Settings, and the wiring from settings to services."""
