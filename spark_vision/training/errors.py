"""What goes wrong while training, in one type."""

from __future__ import annotations

from spark_vision.core.errors import SparkVisionError


class TrainingError(SparkVisionError):
    """Data, weights or a checkpoint that training needs is missing or does not fit."""
