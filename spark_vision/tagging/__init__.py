"""Posts, suggestions, decisions and tags."""
