"""Values and errors that every package uses. Standard library and NumPy only."""
