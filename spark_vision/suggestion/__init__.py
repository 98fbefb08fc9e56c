"""A photo's regions to matches, products and suggestions."""
