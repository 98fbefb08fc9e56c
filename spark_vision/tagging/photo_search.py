"""Who looks a photo up."""

from collections.abc import Sequence
from typing import Any, Protocol

from spark_vision.core.geometry import Box


class PhotoSearcher(Protocol):
    """One index version, from start to end."""

    @property
    def index_version(self) -> str:
        """The version's name."""

    @property
    def model(self) -> str:
        """The model that it was made with."""

    def items(self, photo: bytes, boxes: Sequence[Box]) -> list[dict[str, Any]]:
        """The items of a photo in the shape of `suggest --json`; raises PictureError's children."""
