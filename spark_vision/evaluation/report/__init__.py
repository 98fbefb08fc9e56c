"""Runs as pictures and as one page that needs nothing else."""
