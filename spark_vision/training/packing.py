"""Pictures decoded once and kept as plain bytes, so that an epoch never waits for a decoder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spark_vision.core.errors import PictureError
from spark_vision.media import files
from spark_vision.training.errors import TrainingError

PACKED_SIDE = 192
WHITE = 255
NEAR_WHITE = 238
BORDER_SHARE = 0.85


@dataclass(frozen=True)
class Pack:
    """n pictures, each in the top left corner of a white square.

    Attributes:
        pixels: uint8 memory map of shape (n, side, side, 3), RGB.
        sizes: int16 array of shape (n, 2), width and height in pixels of the picture in its square.
        on_white: bool array of shape (n,), true where the picture's border is white.
        row_of: row of each packed path.
    """

    pixels: NDArray[np.uint8]
    sizes: NDArray[np.int16]
    on_white: NDArray[np.bool_]
    row_of: dict[Path, int]

    def picture(self, row: int) -> NDArray[np.uint8]:
        """The picture without its padding: uint8, shape (height, width, 3)."""
        width, height = self.sizes[row]
        return self.pixels[row, :height, :width]


def open_pack(paths: Sequence[Path], folder: Path, side: int = PACKED_SIDE) -> Pack:
    """Pack the pictures under ``folder``, or open what an earlier call with the same paths left there.

    Args:
        paths: pictures to pack; repeats are packed once.
        folder: where packs are kept, one subfolder for each list of paths and side.
        side: pixels of a picture's longest side in the pack.

    Raises:
        TrainingError: a picture is missing or broken.
    """
    unique = sorted(set(paths))
    digest = hashlib.sha256("\n".join((str(side), *map(str, unique))).encode()).hexdigest()[:12]
    place = folder / f"pack-{digest}"
    if not (place / "done.json").exists():
        _write_pack(unique, place, side)
    pixels = np.load(place / "pixels.npy", mmap_mode="r", allow_pickle=False)
    sizes = np.load(place / "sizes.npy", allow_pickle=False)
    on_white = np.load(place / "on_white.npy", allow_pickle=False)
    return Pack(pixels, sizes, on_white, {path: row for row, path in enumerate(unique)})


def _write_pack(paths: Sequence[Path], place: Path, side: int) -> None:
    place.mkdir(parents=True, exist_ok=True)
    shape = (len(paths), side, side, 3)
    pixels = np.lib.format.open_memmap(place / "pixels.npy", "w+", np.uint8, shape)
    sizes = np.zeros((len(paths), 2), np.int16)
    on_white = np.zeros(len(paths), np.bool_)
    for row, path in enumerate(paths):
        picture = read_picture(path, side)
        height, width = picture.shape[:2]
        pixels[row] = WHITE
        pixels[row, :height, :width] = picture
        sizes[row] = width, height
        on_white[row] = has_white_border(picture)
    pixels.flush()
    np.save(place / "sizes.npy", sizes)
    np.save(place / "on_white.npy", on_white)
    (place / "done.json").write_text(json.dumps({"pictures": len(paths)}))


def read_picture(path: Path, side: int = PACKED_SIDE) -> NDArray[np.uint8]:
    """Decode upright RGB with the longest side at ``side`` pixels: uint8, shape (height, width, 3).

    Raises:
        TrainingError: the file is missing or is no picture.
    """
    try:
        upright = Image.fromarray(files.read_picture(path))
    except PictureError as error:
        raise TrainingError(f"cannot read picture {error}") from error
    scale = side / max(upright.size)
    width, height = (max(1, round(length * scale)) for length in upright.size)
    return np.asarray(upright.resize((width, height), Image.Resampling.BICUBIC))


def has_white_border(picture: NDArray[np.uint8]) -> bool:
    """Whether most of the outermost pixels are nearly white, as in catalogue pictures."""
    edges = (picture[0], picture[-1], picture[:, 0], picture[:, -1])
    darkest = np.concatenate([edge.min(1) for edge in edges])
    return bool((darkest > NEAR_WHITE).mean() > BORDER_SHARE)
