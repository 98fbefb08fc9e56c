"""Photo or words to regions, matches and suggestions."""
