"""Feeds in a shop's own words to products; what is wrong with a row is reported, not raised."""
