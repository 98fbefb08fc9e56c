"""Embeddings on a plane: which products and photos a model holds for alike (UMAP, McInnes et al. 2018)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings
from spark_vision.core.errors import MissingExtraError
from spark_vision.evaluation.records.run import Run
from spark_vision.evaluation.report.pictures import Album

MOST_POINTS, MOST_PICTURES = 3000, 160
_NEIGHBOURS, _SEED = 12, 0
_FEWEST = 5


@dataclass(frozen=True, slots=True)
class Point:
    """A query on the map, 0..1 both ways; right: whether its first suggestion was."""

    x: float
    y: float
    right: bool
    name: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A product on the map, 0..1 both ways, with its picture."""

    x: float
    y: float
    picture: str
    name: str


@dataclass(frozen=True, slots=True)
class Map:
    """Queries as points, products as pictures."""

    points: tuple[Point, ...]
    pictures: tuple[Picture, ...]


def plane(embeddings: Embeddings, seed: int = _SEED) -> NDArray[np.float64]:
    """Embeddings (n, dimension) on a plane, (n, 2) in 0..1, neighbours near each other.

    Raises MissingExtraError where umap-learn is not installed.
    """
    try:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of numba and TensorFlow, which mean nothing to whoever asks
            from umap import UMAP

            reducer = UMAP(
                n_neighbors=min(_NEIGHBOURS, len(embeddings) - 1),
                metric="cosine",
                min_dist=0.15,
                random_state=seed,
                n_jobs=1,
                init="random" if len(embeddings) < 4 * _NEIGHBOURS else "spectral",
            )
            places = np.asarray(reducer.fit_transform(embeddings), dtype=np.float64)
    except ImportError as error:
        raise MissingExtraError(
            "A map of embeddings needs umap-learn: pip install 'spark-vision[research]', or leave it out "
            "with --no-map."
        ) from error
    low, high = places.min(axis=0), places.max(axis=0)
    scaled: NDArray[np.float64] = (places - low) / np.where(high > low, high - low, 1.0)
    return scaled


def embedding_map(run: Run, album: Album) -> Map | None:
    """The map of a run; None where it kept no embeddings or too few.

    Of more than MOST_POINTS a drawn part is shown; each product by its first picture.
    """
    if run.vectors is None or len(run.vectors.references) + len(run.vectors.queries) < _FEWEST:
        return None
    vectors = run.vectors
    rng = np.random.default_rng(_SEED)
    asked = _drawn(rng, np.arange(len(vectors.queries)), MOST_POINTS // 2)
    firsts = _firsts(vectors.owners)
    held = _drawn(rng, np.flatnonzero(firsts), MOST_POINTS // 2)
    places = plane(np.concatenate([vectors.queries[asked], vectors.references[held]]))
    points = tuple(
        Point(x, y, run.results[number].correct, run.results[number].query.photo.name)
        for number, (x, y) in zip(asked.tolist(), places[: len(asked)].tolist(), strict=True)
    )
    shown = list(zip(held.tolist(), places[len(asked) :].tolist(), strict=True))[:MOST_PICTURES]
    small = Album(run, side=44)
    pictures = tuple(
        Picture(x, y, small.thumbnail(vectors.images[row]), album.product(vectors.owners[row]).title)
        for row, (x, y) in shown
    )
    return Map(points, pictures)


def _firsts(owners: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which reference images are the first of their product."""
    first_rows = {owner: row for row, owner in reversed(list(enumerate(owners)))}
    return np.array([first_rows[owner] == row for row, owner in enumerate(owners)], dtype=np.bool_)


def _drawn(rng: np.random.Generator, numbers: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    if len(numbers) <= most:
        return numbers
    return np.sort(rng.choice(numbers, most, replace=False))
