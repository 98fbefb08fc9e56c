"""The words of Spark Vision as values: standard library and NumPy only, no input or output."""
