"""The heavy seams, as protocols that speak NumPy and the domain's words.

What is behind them (torch, FAISS, the file system) is chosen in `bootstrap` and nowhere else.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from spark_vision.domain.box import Box
from spark_vision.domain.catalogue import Product
from spark_vision.domain.embedding import Embeddings, EncoderSpec, FeatureMap, Maps, Picture
from spark_vision.domain.product_filter import ProductFilter
from spark_vision.domain.suggestion import Match
from spark_vision.domain.tag import Point


class ImageEncoder(Protocol):
    """Pictures to embeddings in three stages, so that each can be timed and the first run in threads."""

    @property
    def spec(self) -> EncoderSpec:
        """What the embeddings depend on."""

    @property
    def batch_size(self) -> int:
        """How many prepared pictures a forward pass should get for good throughput."""

    @property
    def shares_cpu(self) -> bool:
        """Whether forward passes run on the cores that decoding needs, too (false on a GPU)."""

    def prepare(self, picture: Picture) -> NDArray[np.uint8]:
        """Resize and crop one picture to the model's input, (height, width, 3) uint8; thread-safe."""

    def forward(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run the model on (n, height, width, 3) uint8; raw features (n, dimension) float32."""

    def forward_with_maps(self, prepared: NDArray[np.uint8]) -> tuple[NDArray[np.float32], Maps | None]:
        """As `forward`, and what the model saw where, for no more work; None where it has no such map."""

    def finish(self, features: NDArray[np.float32]) -> Embeddings:
        """Make raw features embeddings: float32, unit length."""


class TextEncoder(Protocol):
    """Texts to embeddings in the same space as the pictures'."""

    @property
    def spec(self) -> EncoderSpec:
        """What the embeddings depend on."""

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embeddings of n texts, (n, dimension) float32, unit length."""


class Encoder(ImageEncoder, TextEncoder, Protocol):
    """Both towers of a CLIP model."""


class PictureSource(Protocol):
    """Where a catalogue's pictures come from."""

    def read(self, image: str) -> bytes:
        """The bytes of the picture that a feed names; raises PictureError where there is none."""


@runtime_checkable
class WatchedPictures(PictureSource, Protocol):
    """A PictureSource that knows more of a picture than its bytes, so that a build can save work."""

    def stamp(self, image: str) -> str | None:
        """A token that stays equal while the picture does; None where only the bytes tell."""

    def is_remote(self, image: str) -> bool:
        """Whether reading waits for a network, so that many should be read at once."""


class RegionProposer(Protocol):
    """Finds regions of a photo that may hold a thing of their own."""

    def propose(self, photo: Picture, most: int, seen: FeatureMap | None = None) -> tuple[Box, ...]:
        """The best regions, at most so many, best first; thread-safe.

        seen: what the encoder saw in the photo as a whole, for those who can make use of it.
        """

    def around(self, photo: Picture, point: Point) -> Box:
        """The region that a tap at a point most likely means."""


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


class OpenGallery(Gallery, Protocol):
    """A Gallery whose pictures can be had by their product."""

    def rows_of(self, product_id: str) -> NDArray[np.int64]:
        """The rows of a product's reference images; raises KeyError."""

    def references(self, rows: NDArray[np.int64]) -> list[tuple[str, str]]:
        """The product ids and images of some rows."""

    def vectors(self, rows: NDArray[np.int64]) -> Embeddings:
        """The embeddings of some rows."""


class Progress(Protocol):
    """Told of long work as it goes on."""

    def __call__(self, step: str, done: int, total: int | None = None) -> None:
        """`done` of `total` (None: unknown) units of a named step are finished."""


def silent(step: str, done: int, total: int | None = None) -> None:
    """A Progress that says nothing."""
