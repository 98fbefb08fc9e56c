"""Pictures to send, good and bad, and how an answer that refuses is read."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

COLOURS = {"red": (220, 30, 30), "green": (30, 160, 50), "blue": (40, 70, 220)}


def picture(colour: str = "red", kind: str = "PNG", size: tuple[int, int] = (64, 48)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, COLOURS[colour]).save(out, kind)
    return out.getvalue()


def half_and_half() -> bytes:
    """Red at the left, blue at the right."""
    image = Image.new("RGB", (200, 100), COLOURS["red"])
    image.paste(COLOURS["blue"], (100, 0, 200, 100))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def noisy_jpeg() -> bytes:
    out = BytesIO()
    Image.effect_noise((200, 200), 80).save(out, "JPEG")
    return out.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header claims a size that its data does not have."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a whole problem document, and return it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-content-type-options"] == "nosniff"
    value: dict[str, Any] = response.json()
    assert value["type"] == f"/problems/{code}"
    assert value["status"] == status
    assert value["title"]
    assert value["detail"]
    assert value["request_id"] == response.headers["x-request-id"]
    assert value["instance"].startswith("/")
    return value
