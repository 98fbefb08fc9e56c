"""Bytes to bounded, upright RGB pictures, and pictures to look at. The only decoder there is."""
