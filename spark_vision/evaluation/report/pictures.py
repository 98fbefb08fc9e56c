"""Pictures in a page: small, made anew from their pixels, and part of the page itself."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from spark_vision.core.embedding import Picture
from spark_vision.core.errors import PictureError
from spark_vision.core.geometry import Box
from spark_vision.evaluation.protocols.views import product_of_picture
from spark_vision.evaluation.records.run import Run
from spark_vision.evaluation.results import QueryResult
from spark_vision.media.crop import crop
from spark_vision.media.encode import thumbnail, webp
from spark_vision.media.files import read_picture

_SIDE = 150


@dataclass(frozen=True, slots=True)
class Shown:
    """A product as a page shows it; picture: a data address, empty where there is none to be had."""

    product_id: str
    title: str
    picture: str
    similarity: float | None = None
    right: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """A look-up that went wrong: what was looked at, what was suggested, and what was right."""

    picture: str
    asked: str
    suggested: tuple[Shown, ...]
    right: tuple[Shown, ...]
    place: int | None


@dataclass(frozen=True)
class Album:
    """The pictures of a run's dataset; those that are gone or unreadable are left blank."""

    run: Run
    side: int = _SIDE
    _made: dict[str, str] = field(default_factory=dict)

    def failures(self, most: int = 12, suggestions: int = 3) -> list[Failure]:
        """The worst answers, with their pictures."""
        return [self._failure(result, suggestions) for result in worst(self.run.results, most)]

    def product(self, product_id: str, similarity: float | None = None, right: bool = False) -> Shown:
        """A product, or a picture of one, with its main picture."""
        product = self.run.products.get(product_id)
        if product is None:
            product = self.run.products.get(product_of_picture(product_id))
        image = product.images[0] if product is not None and product.images else ""
        title = product_id if product is None else product.title
        shown = self._picture(Path(image)) if image else ""
        return Shown(product_id, title, shown, similarity, right)

    def thumbnail(self, image: str) -> str:
        """A catalogue picture by its place."""
        return self._picture(Path(image))

    @cached_property
    def folder(self) -> Path:
        """What catalogue pictures are relative to."""
        return Path(self.run.record.dataset.folder)

    def _failure(self, result: QueryResult, suggestions: int) -> Failure:
        query = result.query
        found = zip(result.product_ids[:suggestions], result.similarities.tolist(), strict=False)
        place = next((n for n, each in enumerate(result.product_ids, 1) if each in query.relevant), None)
        return Failure(
            picture=self._picture(query.photo.absolute(), query.box),  # the folder may be relative, too
            asked=query.text or query.photo.name,
            suggested=tuple(self.product(each, score, each in query.relevant) for each, score in found),
            right=tuple(self.product(each, right=True) for each in sorted(query.relevant)[:1]),
            place=place,
        )

    def _picture(self, path: Path, box: Box | None = None) -> str:
        key = f"{path}|{box}"
        if key not in self._made:
            self._made[key] = self._read(path, box)
        return self._made[key]

    def _read(self, path: Path, box: Box | None) -> str:
        pixels = self.pixels(path, box)
        return "" if pixels is None else data_address(pixels)

    def pixels(self, path: Path, box: Box | None = None) -> Picture | None:
        """A picture of the dataset, or a part of it, made small; None where there is none to be had."""
        try:
            at_least = self.side if box is None else None
            return thumbnail(crop(read_picture(self.folder / path, at_least=at_least), box), self.side)
        except PictureError:
            return None


def worst(results: Sequence[QueryResult], most: int) -> list[QueryResult]:
    """Wrong answers, the surest first: where the model was most of all mistaken."""
    wrong = [result for result in results if result.product_ids and not result.correct]
    wrong.sort(key=lambda result: (-_sureness(result), result.query.key))
    return wrong[:most]


def data_address(picture: Picture) -> str:
    """A small picture as an address that holds it."""
    return "data:image/webp;base64," + base64.b64encode(webp(picture, quality=70)).decode()


def extras_tables(
    extras: Mapping[str, list[dict[str, object]]],
) -> dict[str, tuple[list[str], list[list[str]]]]:
    """Tables of a record as text: headings and rows."""
    return {
        name: (list(rows[0]), [[_cell(value) for value in row.values()] for row in rows])
        for name, rows in extras.items()
        if rows
    }


def _sureness(result: QueryResult) -> float:
    return result.top_similarity if result.probability is None else result.probability


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list):
        return " to ".join(f"{each:+.3f}" for each in value)
    return "" if value is None else str(value)
