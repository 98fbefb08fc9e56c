"""Region proposers."""
