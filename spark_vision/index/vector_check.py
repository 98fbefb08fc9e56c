"""The check that a version's vectors are what an encoder makes: finite, and of unit length."""

from pathlib import Path

import numpy as np

from spark_vision.core.embedding import have_unit_length
from spark_vision.core.errors import IndexDamagedError, reason_of
from spark_vision.index.engines.faiss.kinds import read_index
from spark_vision.index.manifest import Manifest

_BLOCK = 50_000


def check_vectors(folder: Path, manifest: Manifest) -> None:
    """Check all vectors of a version, whose files agree with their checksums already.

    Raises:
        IndexDamagedError: A vector is not finite or not of unit length, or the index cannot be read.
    """
    try:
        index = read_index(folder, manifest)
    except (RuntimeError, ValueError, OSError) as error:
        raise IndexDamagedError(f"{folder}: the vectors cannot be read ({reason_of(error)}).") from error
    for start in range(0, len(index), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(index)))
        good = have_unit_length(index.vectors(rows))
        if not good.all():
            row = int(rows[~good][0])
            raise IndexDamagedError(
                f"{folder}: the vector in row {row:,} is not of unit length; build again, or activate an"
                " older version (`spark-vision index list`)."
            )
