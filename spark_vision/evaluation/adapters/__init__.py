"""Public datasets, read from their own files as they are published; one file a dataset.

Each takes the folder that the archive unpacks to, and a split; None for the one that is usually reported.
"""
