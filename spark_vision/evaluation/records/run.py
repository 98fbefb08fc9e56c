"""A run: what was asked, what was answered, and all that is needed to get it again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from spark_vision.core.embedding import Embeddings, EncoderSpec
from spark_vision.core.product import Product
from spark_vision.evaluation.compare import Difference, compare
from spark_vision.evaluation.intervals import Resampling
from spark_vision.evaluation.metric_table import Metric, compute_figures
from spark_vision.evaluation.protocols.views import product_of_picture
from spark_vision.evaluation.results import QueryResult
from spark_vision.evaluation.run import Evaluation

Facts = Mapping[str, str | float]
"""What is known of a query beside its answer, by name; numbers are measured of its picture."""


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """folder: as it was given; digest: SHA-256 of the questions, the right answers and the pictures."""

    folder: str
    digest: str
    split: str | None
    protocol: str


@dataclass(frozen=True, slots=True)
class IndexRecord:
    """version: its name; digest: of its content, empty where it has none."""

    version: str
    kind: str
    products: int
    pictures: int
    digest: str = ""


@dataclass(frozen=True)
class Record:
    """What was measured, on what, with what.

    settings: depth and others by name; timings: seconds a stage; extras: tables that were asked for
    beside the figures (robustness, latency), rows of JSON values.
    """

    encoder: EncoderSpec
    index: IndexRecord
    dataset: DatasetRecord
    resampling: Resampling
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    machine: Mapping[str, str | int]
    timings: Mapping[str, float]
    made: str
    extras: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """A JSON value that `from_dict` reads again."""
        value = asdict(self)
        value["encoder"]["fingerprint"] = self.encoder.fingerprint
        return value

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "Record":
        """Read what `as_dict` wrote; raises KeyError or TypeError where it is something else."""
        encoder = {name: held for name, held in value["encoder"].items() if name != "fingerprint"}
        parts = {
            "encoder": EncoderSpec.from_dict(encoder),
            "index": IndexRecord(**value["index"]),
            "dataset": DatasetRecord(**value["dataset"]),
            "resampling": Resampling(**value["resampling"]),
        }
        return cls(**{**value, **parts})


@dataclass(frozen=True)
class Vectors:
    """Embeddings of a run's queries, (n, dimension), and of reference images, (m, dimension).

    owners: the product of each reference image; images: its place.
    """

    queries: Embeddings
    references: Embeddings
    owners: tuple[str, ...]
    images: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """The answers to all queries, with what is known about them.

    facts: one a query, in order; products: those that are right, or are among a query's first; vectors:
    None where they were not kept; label: a name to show it by, empty for the model's.
    """

    record: Record
    evaluation: Evaluation
    facts: tuple[Facts, ...]
    products: Mapping[str, Product]
    vectors: Vectors | None = None
    label: str = ""

    @property
    def results(self) -> tuple[QueryResult, ...]:
        """The answer to each query."""
        return self.evaluation.results

    @property
    def figures(self) -> Mapping[str, Metric]:
        """All figures with their intervals."""
        return self.evaluation.figures

    def figures_of(self, results: Sequence[QueryResult]) -> dict[str, Metric]:
        """Figures of other or fewer answers, with intervals drawn in the same way."""
        return compute_figures(results, product_types(self.products, results), self.record.resampling)

    def with_results(self, results: Sequence[QueryResult]) -> "Run":
        """The same run with other answers to its queries, such as with probabilities."""
        figures = self.figures_of(results)
        evaluation = replace(self.evaluation, results=tuple(results), figures=figures)
        return replace(self, evaluation=evaluation)

    def against(self, other: "Run") -> dict[str, Difference]:
        """How much better this run is than another; raises InvalidInputError where the queries differ."""
        types = product_types({**self.products, **other.products}, (*self.results, *other.results))
        return compare(self.results, other.results, types, self.record.resampling)

    def renamed(self, label: str) -> "Run":
        """The same run under another name in tables and legends."""
        return replace(self, label=label)

    @property
    def name(self) -> str:
        """A few words for tables and legends: the model, and the index where it is not exact."""
        if self.label:
            return self.label
        kind = "" if self.record.index.kind == "flat" else f", {self.record.index.kind}"
        return self.record.encoder.model + kind

    def with_extra(self, name: str, rows: list[dict[str, object]]) -> "Run":
        """The same run with another table in its record."""
        return replace(self, record=replace(self.record, extras={**self.record.extras, name: rows}))

    def as_json(self) -> dict[str, Any]:
        """The JSON value of `evaluate --json`; figures that do not apply are None, never NaN."""
        told = {"protocol": self.record.dataset.protocol, "dataset_digest": self.record.dataset.digest}
        return {**self.evaluation.as_json(), **told, **self.record.extras}


def product_types(products: Mapping[str, Product], results: Sequence[QueryResult]) -> dict[str, str]:
    """Full category of what is right or first in some results, by id: of products, or of pictures of them."""
    names = {name for result in results for name in (*result.query.relevant, *result.product_ids[:1])}
    shown = {name: name if name in products else product_of_picture(name) for name in names}
    return {name: products[owner].product_type for name, owner in shown.items() if owner in products}
