"""A model's shape that trains a few steps in a moment."""

from spark_vision.training.architecture import Architecture

SMALL = Architecture(
    embed_dim=16, image_size=32, context_length=8, text_width=16, text_heads=2, text_layers=1
)
