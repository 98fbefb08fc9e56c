"""A loaded index version, as the Gallery that the rest of the house knows."""

from spark_vision.domain.catalogue import Product
from spark_vision.domain.embedding import Embeddings, EncoderSpec
from spark_vision.domain.suggestion import Match, best_match_per_product
from spark_vision.indexing.exact import ExactIndex, Ranking
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
        return [self._matches(ranking) for ranking in self._index.search(queries, k)]

    def search_products(self, queries: Embeddings, k: int) -> list[list[Match]]:
        """See Gallery. Searches wider until there are k products, or no more pictures."""
        results = []
        for query in queries:
            wide = k
            while True:
                (matches,) = self.search(query[None], wide)
                products = best_match_per_product(matches)
                if len(products) >= k or wide >= len(self):
                    break
                wide *= 4
            results.append(products[:k])
        return results

    def _matches(self, ranking: Ranking) -> list[Match]:
        matches = []
        for row, similarity in zip(*ranking, strict=True):
            product_id, image = self._records.reference(int(row))
            matches.append(Match(int(row), product_id, image, float(similarity)))
        return matches

    def product(self, product_id: str) -> Product:
        """See Gallery."""
        return self._records.product(product_id)
