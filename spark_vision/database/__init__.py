"""The tagging store: engine, unit of work, repositories and migrations."""
