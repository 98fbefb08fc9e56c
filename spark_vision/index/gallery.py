"""The gallery protocol: reference images with their products, searched by embedding."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings, EncoderSpec
from spark_vision.core.product import Product
from spark_vision.core.product_filter import ProductFilter
from spark_vision.core.suggestion import Match


class Gallery(Protocol):
    """What is indexed: reference images with their products, searched by embedding."""

    @property
    def version(self) -> str:
        """The index version's name."""

    @property
    def encoder(self) -> EncoderSpec:
        """The encoder whose embeddings are in the index."""

    def __len__(self) -> int:
        """How many reference images there are."""

    def search(self, queries: Embeddings, k: int) -> list[list[Match]]:
        """The k closest reference images of each query, by similarity, ties by row.

        Rows ascend with (product id, position of the picture), so that ties break by product id.
        Fewer than k where the gallery is smaller. Never padding.
        """

    def search_products(self, queries: Embeddings, k: int) -> list[list[Match]]:
        """The k closest products of each query, each by its closest reference image, ties by id."""

    def only(self, wanted: ProductFilter) -> "Gallery":
        """The same gallery, narrowed to what a filter allows; searches still find the full number."""

    def product(self, product_id: str) -> Product:
        """The product as it was in the feed; raises KeyError."""


class InspectableGallery(Gallery, Protocol):
    """A Gallery whose pictures can be had by their product."""

    def rows_of(self, product_id: str) -> NDArray[np.int64]:
        """The rows of a product's reference images; raises KeyError."""

    def references(self, rows: NDArray[np.int64]) -> list[tuple[str, str]]:
        """The product ids and images of some rows."""

    def vectors(self, rows: NDArray[np.int64]) -> Embeddings:
        """The embeddings of some rows."""
