"""SOURCE to products: the one place that knows which reader a source wants."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from spark_vision.catalogue.folder import read_folder
from spark_vision.catalogue.google import read_google_csv
from spark_vision.catalogue.pictures import LocalPictures
from spark_vision.domain.catalogue import FeedIssue, FeedRow
from spark_vision.errors import CatalogueError
from spark_vision.imaging.limits import DEFAULT_LIMITS, PictureLimits

# A folder that brings its own feed is read by that feed, not picture by picture.
_FEEDS_IN_A_FOLDER = ("catalogue.csv", "catalogue.tsv")


@dataclass(frozen=True)
class Source:
    """A catalogue that can be read: `path` is a feed file, or a folder of pictures."""

    path: Path

    @property
    def base(self) -> Path:
        """The folder that the feed's pictures are relative to."""
        return self.path if self.path.is_dir() else self.path.parent

    def rows(self) -> Iterator[FeedRow | FeedIssue]:
        """Stream the products and what was wrong; memory does not grow with the feed."""
        return read_folder(self.path) if self.path.is_dir() else read_google_csv(self.path)

    def pictures(self, limits: PictureLimits = DEFAULT_LIMITS) -> LocalPictures:
        """Where the pictures come from."""
        return LocalPictures(self.base, limits)


def open_source(source: str | Path) -> Source:
    """Find a feed or folder; raises CatalogueError where there is neither."""
    try:
        path = Path(source).resolve()
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError):  # a name that is too long, or has a NUL byte
        raise CatalogueError(f"{str(source)[:200]!r}: this is no path.") from None
    if is_folder:
        inside = (path / name for name in _FEEDS_IN_A_FOLDER)
        return Source(next((feed for feed in inside if feed.is_file()), path))
    if not is_file:
        raise CatalogueError(
            f"{source}: there is no such feed or folder; name a Google Merchant CSV or TSV, or a folder."
        )
    return Source(path)
