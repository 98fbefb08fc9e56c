"""Domain values to JSON."""
