"""Index versions: build, manifest, caches, near-duplicates and engines."""
