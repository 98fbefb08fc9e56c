"""Development scripts: one job each."""
