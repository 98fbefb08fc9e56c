"""Where posts and their photos' records are kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostCounts:
    """How many posts there are, and how many smiles at them."""

    posts: int
    smiles: int


@dataclass(frozen=True, slots=True)
class UploadClaim:
    """Whether a photo's files are there already, and the token of the time that they are."""

    there: bool
    token: str
