"""A loaded index version, as the Gallery that the rest of the house knows."""

import numpy as np

from spark_vision.domain.catalogue import Product
from spark_vision.domain.embedding import Embeddings, EncoderSpec
from spark_vision.domain.suggestion import Match
from spark_vision.indexing.exact import ExactIndex, Ranking, Rows, Similarities
from spark_vision.indexing.manifest import Manifest
from spark_vision.indexing.records import Records


class FaissGallery:
    """A `Gallery`: vectors and records of one version; never changes once it is loaded."""

    def __init__(self, manifest: Manifest, index: ExactIndex, records: Records) -> None:
        self.manifest = manifest
        self._index = index
        self._records = records

    @property
    def version(self) -> str:
        """See Gallery."""
        return self.manifest.version

    @property
    def encoder(self) -> EncoderSpec:
        """See Gallery."""
        return self.manifest.content.encoder

    def __len__(self) -> int:
        return len(self._index)

    def search(self, queries: Embeddings, k: int) -> list[list[Match]]:
        """See Gallery."""
        return [self._matches(*ranking) for ranking in self._index.search(queries, k)]

    def search_products(self, queries: Embeddings, k: int) -> list[list[Match]]:
        """See Gallery. Searches wider for those queries whose pictures are of too few products."""
        found: dict[int, list[Match]] = {}
        waiting, wide = np.arange(len(queries)), k
        while len(waiting):
            for number, ranking in zip(waiting, self._index.search(queries[waiting], wide), strict=True):
                rows, similarities = self._first_of_each_product(*ranking)
                if len(rows) >= k or wide >= len(self):
                    found[int(number)] = self._matches(rows[:k], similarities[:k])
            waiting = np.array([number for number in waiting if number not in found], dtype=np.int64)
            wide *= 4
        return [found[number] for number in range(len(queries))]

    def _first_of_each_product(self, rows: Rows, similarities: Similarities) -> Ranking:
        """A ranking without the further pictures of products that it names already."""
        _, first = np.unique(self._records.product_rows(rows), return_index=True)
        kept = np.sort(first)
        return rows[kept], similarities[kept]

    def _matches(self, rows: Rows, similarities: Similarities) -> list[Match]:
        references = self._records.references(rows)
        return [
            Match(row, product_id, image, similarity)
            for row, (product_id, image), similarity in zip(
                rows.tolist(), references, similarities.tolist(), strict=True
            )
        ]

    def product(self, product_id: str) -> Product:
        """See Gallery."""
        return self._records.product(product_id)
