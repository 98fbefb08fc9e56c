"""Posts, decisions, tags, the feed and what they earn: the use cases around the store."""
