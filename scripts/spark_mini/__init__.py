"""Training recipe of the bundled model."""
