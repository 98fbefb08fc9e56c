"""Runs as files, so that results can be repeated, compared and shown without the model."""
