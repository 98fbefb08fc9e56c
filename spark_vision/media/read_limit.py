"""A picture's bytes, which may be asked for so many times and not more.

Pillow reads the chunks of a PNG and the blocks of a GIF one by one, and they may hold next to nothing: a file
of 20 MiB has room for millions, and for seconds of work.
"""

from io import BytesIO

from spark_vision.core.errors import PictureTooLargeError

# 20 MiB in chunks of a kilobyte, which is smaller than programs write them, take 80,000.
MOST_READS = 200_000


class ReadLimitedBytes(BytesIO):
    """Bytes to read; raises PictureTooLargeError at the read after the last that is allowed."""

    def __init__(self, data: bytes, most: int = MOST_READS) -> None:
        """data: as they were sent. most: how many reads."""
        super().__init__(data)
        self._left = most

    def read(self, size: int | None = -1, /) -> bytes:
        """As BytesIO's."""
        self._left -= 1
        if self._left < 0:
            raise PictureTooLargeError("The picture has too many small parts to be read; save it anew.")
        return super().read(size)
