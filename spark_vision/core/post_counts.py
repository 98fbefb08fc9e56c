"""Where posts and their photos' records are kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """How many posts there are, and how many smiles at them."""

    posts: int
    smiles: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """Whether a photo's files are there already, and the token of the time that they are."""

    there: bool
    token: str
