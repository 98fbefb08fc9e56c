"""One index version, loaded with everything that a look-up needs."""

from dataclasses import dataclass

from spark_vision.index.engines.faiss.gallery import FaissGallery
from spark_vision.media.picture_source import PictureSource
from spark_vision.search.suggester import Suggester


@dataclass(frozen=True)
class LoadedIndex:
    """A live index with all that a look-up needs: one version from start to end."""

    suggester: Suggester
    gallery: FaissGallery
    pictures: PictureSource
