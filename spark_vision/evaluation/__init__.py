"""How good the matches are: datasets, the field's metrics, and how far the figures can be trusted."""
