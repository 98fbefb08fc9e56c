"""A loaded index version, as the Gallery that the rest of the house knows."""

import numpy as np

from spark_vision.core.embedding import Embeddings, EncoderSpec
from spark_vision.core.product import Product
from spark_vision.core.product_filter import ProductFilter
from spark_vision.core.suggestion import Match
from spark_vision.index.manifest import Manifest
from spark_vision.index.ranking import Allowed, Ranking, Rows, Similarities, VectorIndex
from spark_vision.index.records import Records

_REMEMBERED = 16


class FaissGallery:
    """A `Gallery`: vectors and records of one version; never changes once it is loaded."""

    def __init__(
        self, manifest: Manifest, index: VectorIndex, records: Records, allowed: Allowed | None = None
    ) -> None:
        self.manifest = manifest
        self._index = index
        self._records = records
        self._allowed = allowed
        self._narrowed: dict[ProductFilter, FaissGallery] = {}

    @property
    def version(self) -> str:
        """See Gallery."""
        return self.manifest.version

    @property
    def encoder(self) -> EncoderSpec:
        """See Gallery."""
        return self.manifest.content.encoder

    def __len__(self) -> int:
        return len(self._index) if self._allowed is None else len(self._allowed)

    def only(self, wanted: ProductFilter) -> "FaissGallery":
        """See Gallery. The rows that a filter allows are found once, for the filters used last."""
        if wanted.is_empty:
            return self
        narrowed = self._narrowed.pop(wanted, None)
        if narrowed is None:
            allowed = Allowed(self._records.allowed(wanted))
            narrowed = FaissGallery(self.manifest, self._index, self._records, allowed)
        # Each step is atomic: threads that meet here do work twice at worst.
        self._narrowed = {**dict(list(self._narrowed.items())[1 - _REMEMBERED :]), wanted: narrowed}
        return narrowed

    def search(self, queries: Embeddings, k: int) -> list[list[Match]]:
        """See Gallery."""
        return [self._matches(*ranking) for ranking in self._index.search(queries, k, self._allowed)]

    def search_products(self, queries: Embeddings, k: int) -> list[list[Match]]:
        """See Gallery. Searches wider for those queries whose pictures are of too few products."""
        found: dict[int, list[Match]] = {}
        content = self.manifest.content
        # As many as k products have on average: asking twice costs more than asking for a few more.
        waiting, wide = np.arange(len(queries)), k * -(-content.pictures // max(content.products, 1))
        while len(waiting):
            rankings = self._index.search(queries[waiting], wide, self._allowed)
            for number, ranking in zip(waiting, rankings, strict=True):
                rows, similarities = self._first_of_each_product(*ranking)
                if len(rows) >= k or wide >= len(self):
                    found[int(number)] = self._matches(rows[:k], similarities[:k])
            waiting = np.array([number for number in waiting if number not in found], dtype=np.int64)
            wide *= 4
        return [found[number] for number in range(len(queries))]

    def _first_of_each_product(self, rows: Rows, similarities: Similarities) -> Ranking:
        """A ranking without the further pictures of products that it names already.

        Variants of a group that share the picture (the sizes of a shirt) are one suggestion, too;
        variants that look different (its colours) stay apart.
        """
        _, first = np.unique(self._records.product_rows(rows), return_index=True)
        kept = np.sort(first)
        seen: set[tuple[str, str]] = set()
        different = []
        for place, (group, picture) in zip(kept, self._records.looks(rows[kept]), strict=True):
            if not group or (group, picture) not in seen:
                different.append(place)
            seen.add((group, picture))
        return rows[different], similarities[different]

    def _matches(self, rows: Rows, similarities: Similarities) -> list[Match]:
        references = self._records.references(rows)
        return [
            Match(row, product_id, image, similarity)
            for row, (product_id, image), similarity in zip(
                rows.tolist(), references, similarities.tolist(), strict=True
            )
        ]

    def product_ids(self, wanted: ProductFilter) -> list[str]:
        """The ids of the products that a filter allows."""
        return self._records.ids(wanted)

    def texts(self) -> tuple[list[str], list[tuple[str, ...]]]:
        """See Records.texts."""
        return self._records.texts()

    def rows_of(self, product_id: str) -> Rows:
        """The rows of a product's reference images; raises KeyError."""
        return self._records.rows_of(product_id)

    def references(self, rows: Rows) -> list[tuple[str, str]]:
        """The product ids and images of some rows."""
        return self._records.references(rows)

    def vectors(self, rows: Rows) -> Embeddings:
        """The embeddings of some rows."""
        return self._index.vectors(rows)

    def product(self, product_id: str) -> Product:
        """See Gallery."""
        return self._records.product(product_id)
