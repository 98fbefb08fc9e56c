"""Pictures and texts to embeddings: the place that imports torch, open_clip and onnxruntime."""
