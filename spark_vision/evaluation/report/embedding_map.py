"""Embeddings on a plane, by t-SNE (van der Maaten and Hinton, JMLR 2008)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spark_vision.core.embedding import Embeddings
from spark_vision.evaluation.records.run import Run
from spark_vision.evaluation.report.pictures import Album
from spark_vision.extras import extra_for

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
    """Return embeddings on a plane, neighbours near each other.

    Args:
        embeddings: At least _FEWEST embeddings, (n, dimension).
        seed: Random seed.

    Returns:
        Places of shape (n, 2) in 0..1: t-SNE of the Euclidean distances, whose order is that of the cosines.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    with extra_for("A map of the embeddings"):
        from sklearn.manifold import TSNE

    perplexity = min(_NEIGHBOURS, (len(embeddings) - 1) / 3)
    reducer = TSNE(perplexity=perplexity, init="pca", random_state=seed, n_jobs=1)
    places = np.asarray(reducer.fit_transform(embeddings), dtype=np.float64)
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
