"""How much is lost when photos are worse: the same queries, paired."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spark_vision.evaluation.compare import Difference, compare
from spark_vision.evaluation.intervals import Resampling
from spark_vision.evaluation.results import QueryResult

FIGURES = ("recall@1", "recall@5", "mrr")


@dataclass(frozen=True)
class RobustnessDelta:
    """What a distortion does to each of FIGURES: first is distorted, second as it was."""

    distortion: str
    figures: Mapping[str, Difference]

    def as_rows(self) -> list[dict[str, object]]:
        """A row a figure, of JSON values."""
        return [
            {
                "photos": self.distortion,
                "figure": name,
                "as they are": each.second,
                "made worse": each.first,
                "difference": each.difference,
                "95 % interval": None if each.interval is None else list(each.interval),
                "p": each.p,
            }
            for name, each in self.figures.items()
        ]


def drop(
    distortion: str, worse: Sequence[QueryResult], plain: Sequence[QueryResult], resampling: Resampling
) -> RobustnessDelta:
    """Compare the answers to distorted photos with those to the same photos as they were."""
    found = compare(worse, plain, {}, resampling)
    return RobustnessDelta(distortion, {name: found[name] for name in FIGURES if name in found})
