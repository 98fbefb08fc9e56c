"""One shop as what looks the photos of posts up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spark_vision.core.geometry import Box
from spark_vision.core.suggestion import Item
from spark_vision.media.decode import decode
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.search.presentation import item_dict
from spark_vision.search.suggester import Timings

LookedUp = Callable[[tuple[Item, ...], Mapping[str, float]], None]


def _untold(items: tuple[Item, ...], seconds: Mapping[str, float]) -> None:
    pass


@dataclass(frozen=True)
class IndexPhotoSearcher:
    """Searches photos in one loaded index. looked_up: told the items of each look-up and the seconds of its
    stages.
    """

    shop: LoadedIndex
    looked_up: LookedUp = _untold

    @property
    def index_version(self) -> str:
        return self.shop.gallery.version

    @property
    def model(self) -> str:
        return self.shop.gallery.encoder.model

    def items(self, photo: bytes, boxes: Sequence[Box]) -> list[dict[str, Any]]:
        timings = Timings()
        with timings.stage("decode"):
            picture = decode(photo)
        found = self.shop.suggester.suggest(picture, boxes, timings=timings)
        self.looked_up(found, timings.seconds)
        return [item_dict(item) for item in found]
