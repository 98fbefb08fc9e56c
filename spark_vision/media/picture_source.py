"""Sources of catalogue pictures: files beside a feed, and addresses."""

from typing import Protocol, runtime_checkable


class PictureSource(Protocol):
    """Where a catalogue's pictures come from."""

    def read(self, image: str) -> bytes:
        """The bytes of the picture that a feed names; raises PictureError where there is none."""


@runtime_checkable
class FingerprintedSource(PictureSource, Protocol):
    """A PictureSource that knows more of a picture than its bytes, so that a build can save work."""

    def stamp(self, image: str) -> str | None:
        """A token that stays equal while the picture does; None where only the bytes tell."""

    def is_remote(self, image: str) -> bool:
        """Whether reading waits for a network, so that many should be read at once."""


@runtime_checkable
class RememberingSource(PictureSource, Protocol):
    """A PictureSource that keeps what it fetched."""

    def kept(self, image: str) -> bytes | None:
        """Return the bytes of a picture as they were fetched last, or None."""
