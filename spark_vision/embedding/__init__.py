"""Encoders: models by name, their runtimes, export and dynamic batching."""
