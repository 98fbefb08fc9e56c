"""Making models: what needs the `train` extra, apart from the rest, so that a look-up never loads it."""

from pathlib import Path

from spark_vision.core.errors import ModelError, ModelNotFoundError


def add_onnx_graphs(folder: Path) -> None:
    """Write ONNX graphs beside the weights of a model folder.

    Raises ModelError where the model is of another kind than open_clip's own.
    """
    from spark_vision.embedding.bundled import CONFIG

    if not (folder / CONFIG).is_file():
        raise ModelNotFoundError(f"{folder} has no {CONFIG}; name a model folder in open_clip's form.")
    try:
        from spark_vision.embedding.onnx_export import export_onnx
    except ImportError as error:
        raise ModelError("Exporting needs onnx and onnxscript: pip install 'spark-vision[train]'.") from error
    export_onnx(folder)
