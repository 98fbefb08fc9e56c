"""Dataset folders: a shop's catalogue, and photos of which one knows what they show.

    catalogue.csv    Google Merchant attribute names; here only the ids are read
    photos.csv       photo,product_ids,split[,x,y,width,height]

Ids are separated by `|`; none means that nothing in the catalogue matches. A box is in shares of the
picture. Every row is a query: with a box it is the crop at that box, without one the whole photo.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from spark_vision.core.errors import DatasetError, InvalidInputError
from spark_vision.core.geometry import Box
from spark_vision.core.product import Product
from spark_vision.evaluation.tables import Row, read_rows

_BOX = ("x", "y", "width", "height")


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked up, and what would be right.

    photo: the picture file; box: the region looked at, None for the whole photo; relevant: ids of the
    right products, empty where the catalogue has none; line: of the table that it comes from; text: words
    that are looked up instead, the photo being what they are about; excluded: ids that do not count for
    this query, such as the very picture that is looked up; group: names what it depends on together with
    other queries, empty where that is the photo: the bootstrap draws a group's queries together.
    """

    photo: Path
    box: Box | None
    relevant: frozenset[str]
    split: str
    line: int
    text: str = ""
    excluded: frozenset[str] = frozenset()
    group: str = ""

    @property
    def key(self) -> str:
        """What names the query in any run of its dataset: the photo's file name, place and line."""
        return f"{self.photo.parent.name}/{self.photo.name}@{self.split}:{self.line}"


@dataclass(frozen=True)
class Dataset:
    """Queries in the order of the file, and the products that they can be about.

    products: where the files are no feed that the catalogue reads, the products themselves; their images
    are paths relative to the folder. protocol: a word on what is asked, for the record.
    """

    folder: Path
    product_ids: frozenset[str]
    queries: tuple[Query, ...]
    products: tuple[Product, ...] = ()
    protocol: str = "photo to product"

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of the splits, in the order of their first row."""
        return tuple(dict.fromkeys(query.split for query in self.queries))

    def by_photo(self) -> dict[Path, tuple[Query, ...]]:
        """The queries of each photo, in their order."""
        found: dict[Path, list[Query]] = defaultdict(list)
        for query in self.queries:
            found[query.photo].append(query)
        return {photo: tuple(queries) for photo, queries in found.items()}

    def only(self, split: str | None) -> "Dataset":
        """The queries of one split; all where it is None. Raises DatasetError for an unknown one."""
        if split is None:
            return self
        if split not in self.splits:
            raise DatasetError(
                f"{self.folder}: there is no split {split!r}; choose one of {', '.join(self.splits)}."
            )
        return replace(self, queries=tuple(query for query in self.queries if query.split == split))


def read_dataset(folder: Path) -> Dataset:
    """Read a dataset folder; raises DatasetError naming file, line and field at the first mistake."""
    catalogue = folder / "catalogue.csv"
    product_ids = frozenset(row.cell("id") for row in read_rows(catalogue, ("id",))) - {""}
    photos = folder / "photos.csv"
    rows = read_rows(photos, ("photo", "product_ids", "split"))
    queries = tuple(_query(row, folder, product_ids) for row in rows)
    if not queries:
        raise DatasetError(f"{photos}: there are no photos in it.")
    return Dataset(folder, product_ids, queries)


def read_catalogue(folder: Path) -> Dataset:
    """A dataset folder without photos, for protocols that ask the catalogue about itself."""
    rows = read_rows(folder / "catalogue.csv", ("id",))
    return Dataset(folder, frozenset(row.cell("id") for row in rows) - {""}, ())


def _query(row: Row, folder: Path, product_ids: frozenset[str]) -> Query:
    if not row.cell("split"):
        raise row.error("split", "is empty; name a split, such as val.")
    return Query(
        photo=_photo(row, folder),
        box=_box(row),
        relevant=_relevant(row, product_ids),
        split=row.cell("split"),
        line=row.line,
    )


def _photo(row: Row, folder: Path) -> Path:
    name = row.cell("photo")
    posix, windows = PurePosixPath(name), PureWindowsPath(name)
    # A dataset says which files are opened, so that one from elsewhere must not reach out of its folder.
    if posix.is_absolute() or windows.anchor or ".." in (*posix.parts, *windows.parts):
        raise row.error("photo", f"{name!r} leaves the dataset; name it relative to {folder}.")
    path = folder / posix
    if not path.is_file():
        raise row.error("photo", f"there is no picture file {name!r} in {folder}.")
    return path


def _relevant(row: Row, product_ids: frozenset[str]) -> frozenset[str]:
    named = (part.strip() for part in row.cell("product_ids").split("|"))
    relevant = frozenset(part for part in named if part)
    if unknown := sorted(relevant - product_ids):
        raise row.error("product_ids", f"{unknown[0]!r} is no product of catalogue.csv.")
    return relevant


def _box(row: Row) -> Box | None:
    given = [column for column in _BOX if row.cell(column)]
    if not given:
        return None
    if missing := [column for column in _BOX if column not in given]:
        raise row.error(missing[0], f"is empty; a box wants all of {', '.join(_BOX)}.")
    try:
        return Box(*(_share(row, column) for column in _BOX))
    except InvalidInputError as error:
        raise row.error("x,y,width,height", error.message) from error


def _share(row: Row, column: str) -> float:
    try:
        return float(row.cell(column))
    except ValueError:
        raise row.error(column, f"{row.cell(column)!r} is no number.") from None
