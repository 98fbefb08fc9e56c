"""FAISS, the embedded engine."""
