"""Exporting models: needs the `torch` extra, so that a look-up never imports this module."""

from pathlib import Path

from spark_vision.core.errors import ModelNotFoundError
from spark_vision.embedding.onnx_files import Export
from spark_vision.extras import extra_for


def add_onnx_graphs(folder: Path) -> Export:
    """Write ONNX graphs beside the weights of a model folder.

    Returns:
        Whether the text tower is among them, and why not.

    Raises:
        ModelError: The folder has no open_clip model that can be exported.
    """
    from spark_vision.embedding.bundled import CONFIG

    if not (folder / CONFIG).is_file():
        raise ModelNotFoundError(f"{folder} has no {CONFIG}; name a model folder in open_clip's form.")
    with extra_for("Exporting ONNX graphs"):
        from spark_vision.embedding.onnx_export import export_onnx
    return export_onnx(folder)
