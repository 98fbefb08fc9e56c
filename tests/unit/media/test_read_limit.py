from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from PIL import Image

from spark_vision.core.errors import PictureTooLargeError
from spark_vision.media.decode import decode
from spark_vision.media.read_limit import MOST_READS, ReadLimitedBytes

MANY = MOST_READS // 2  # a part takes two reads and more


def saved(form: str) -> bytes:
    out = BytesIO()
    Image.new("P", (8, 8)).save(out, form)
    return out.getvalue()


def chunk(name: bytes, data: bytes = b"") -> bytes:
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)


def with_chunks(count: int, name: bytes, before: bytes) -> bytes:
    """A PNG with empty chunks before another."""
    start, end = saved("PNG").split(before)
    return start[:-4] + chunk(name) * count + start[-4:] + before + end


def with_blocks(blocks: bytes) -> bytes:
    """A GIF with something before its frame."""
    start, comma, end = saved("GIF").partition(b",")
    return start + blocks + comma + end


HOSTILE = {
    "PNG, chunks before the pixels": with_chunks(MANY, b"aaAa", b"IDAT"),
    "PNG, empty pixels": with_chunks(MANY, b"IDAT", b"IDAT"),
    "PNG, chunks behind the pixels": with_chunks(MANY, b"aaAa", b"IEND"),
    "GIF, extensions": with_blocks(b"!\x01\x01a\0" * MANY),
    "GIF, an extension of many blocks": with_blocks(b"!\x01" + b"\x01a" * MANY + b"\0"),
    "GIF, a comment that goes on after its end": with_blocks(b"!\x01\0" + b"\x01," * MANY + b"\0"),
    "GIF, what is no block": with_blocks(b"x" * 2 * MANY),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_more_parts_than_any_picture_has_are_refused(data: bytes) -> None:
    with pytest.raises(PictureTooLargeError, match="too many small parts"):
        decode(data)


@pytest.mark.parametrize(
    "data",
    [
        with_chunks(20_000, b"aaAa", b"IDAT"),
        with_chunks(20_000, b"IDAT", b"IDAT"),
        with_blocks(b"!\xfe" + (b"\xff" + b"a" * 255) * 20_000 + b"\0"),
    ],
    ids=["PNG chunks", "PNG pixels", "GIF comment"],
)
def test_as_many_as_programs_write_are_read(data: bytes) -> None:
    assert decode(data).shape == (8, 8, 3)


def test_reads_are_counted() -> None:
    data = ReadLimitedBytes(b"abc", most=2)

    assert (data.read(1), data.read()) == (b"a", b"bc")
    with pytest.raises(PictureTooLargeError):
        data.read(1)
