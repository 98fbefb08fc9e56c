"""Index versions: built beside the live one, checked when loaded, searched. The place for FAISS."""
