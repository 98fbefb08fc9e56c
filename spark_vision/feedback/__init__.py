"""What confirmed and rejected tags teach the suggestions."""
