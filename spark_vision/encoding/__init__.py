"""Pictures and texts to embeddings: the only place that imports torch, open_clip and torchvision."""
