"""Pictures that are refused, by what is wrong with them, and odd ones that are good."""

import struct
import zlib

import numpy as np
from PIL import ExifTags, Image

from tests.fakes import BLUE, RED, encoded, handmade_png, noise, plain, png_chunk, smooth

PICTURE = noise(1, 64, 48)
PNG, JPEG = encoded(PICTURE), encoded(PICTURE, "JPEG")


def with_bad_checksum(png: bytes) -> bytes:
    at = png.index(b"IHDR") + 4 + 13  # behind the header chunk's data
    return png[:at] + bytes([png[at] ^ 1]) + png[at + 1 :]


def claiming(jpeg: bytes, width: int, height: int) -> bytes:
    """A JPEG whose frame header claims another size."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


# With a word of what is said.
DAMAGED = {
    "empty": (b"", "empty"),
    "signature of a PNG": (PNG[:8], "PNG"),
    "header of a PNG": (PNG[:40], "PNG"),
    "half a PNG": (PNG[: len(PNG) // 2], "truncated"),
    "start of a JPEG": (JPEG[:2], "JPEG"),
    "half a JPEG": (JPEG[: len(JPEG) // 2], "(?i)truncated"),
    "half a WebP": (encoded(PICTURE, "WEBP")[:200], "."),
    "half an AVIF": (encoded(PICTURE, "AVIF")[:200], "."),
    "half a GIF": (encoded(PICTURE, "GIF")[:1500], "truncated"),
    "half a BMP": (encoded(PICTURE, "BMP")[:200], "truncated"),
    "half a TIFF": (encoded(PICTURE, "TIFF")[:200], "."),
    "a wrong checksum": (with_bad_checksum(PNG), "PNG, but its header is damaged"),
    "no width": (handmade_png((0, 5)), "PNG"),
    "no height": (handmade_png((5, 0)), "PNG"),
}


TOO_LARGE = {
    "400 megapixels": (handmade_png((20_000, 20_000)), "20000 x 20000"),
    "2^31 pixels a side": (handmade_png((2**31 - 1, 2**31 - 1)), "2147483647 x 2147483647"),
    "2^31 pixels": (handmade_png((65_536, 32_768)), "65536 x 32768"),
    "one long row": (handmade_png((100_000, 1)), "100000 x 1"),
    "a JPEG of 65500 squared": (claiming(JPEG, 65_500, 65_500), "65500 x 65500"),
}


OTHER_FORMATS = {
    "HTML": b"<!doctype html><title>x</title>" * 20,
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>',
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n",
    "PDF": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    "ICO": encoded(Image.fromarray(PICTURE), "ICO"),
    "JPEG 2000": encoded(PICTURE, "JPEG2000"),
    "PPM": encoded(PICTURE, "PPM"),
    "ZIP": b"PK\x03\x04" + bytes(60),
    "zeros": bytes(100),
    "one byte": b"\xff",
}


def text_bomb(kind: bytes) -> bytes:
    """A PNG with 200 MB of text, packed into 200 kB."""
    packer = zlib.compressobj()
    block = bytes(1_000_000)
    packed = b"".join([packer.compress(block) for _ in range(200)]) + packer.flush()
    return handmade_png((1, 1), b"\0\1\2\3", extra=png_chunk(kind, b"name\0\0" + packed))


def _placed() -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSMapDatum] = "SECRET-PLACE"
    return exif


def _turned(turn: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turn
    return exif


def _commented(jpeg: bytes, blocks: int) -> bytes:
    comment = b"\xff\xfe" + struct.pack(">H", 65535) + (b"SECRET" * 11000)[:65533]
    return jpeg[:2] + comment * blocks + jpeg[2:]


_SEVERAL = {"save_all": True, "append_images": [Image.fromarray(plain(BLUE))]}
_FIRST = Image.fromarray(plain(RED))

ODD_BUT_GOOD = {
    "CMYK": encoded(Image.new("CMYK", (16, 16), (255, 0, 0, 0)), "JPEG"),
    "CMYK TIFF": encoded(Image.new("CMYK", (16, 16), (255, 0, 0, 0)), "TIFF"),
    "gray": encoded(Image.fromarray(PICTURE[:, :, 0]), "JPEG"),
    "16 bits": encoded(Image.fromarray(np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000)),
    "1 bit": encoded(Image.fromarray(PICTURE).convert("1")),
    "a palette with a transparent colour": encoded(Image.fromarray(PICTURE).quantize(8), transparency=1),
    "RGBA": encoded(Image.fromarray(PICTURE).convert("RGBA")),
    "progressive": encoded(PICTURE, "JPEG", progressive=True),
    "MPO": encoded(_FIRST, "MPO", **_SEVERAL),
    "animated GIF": encoded(_FIRST, "GIF", **_SEVERAL),
    "animated WebP": encoded(_FIRST, "WEBP", **_SEVERAL),
    "AVIF": encoded(smooth(64, 48), "AVIF"),
    "BMP": encoded(PICTURE, "BMP"),
    "a JPEG that is a ZIP, too": JPEG + b"PK\x05\x06SECRET" + bytes(18),
    "a place": encoded(PICTURE, "JPEG", exif=_placed()),
    "a junk profile": encoded(PICTURE, "JPEG", icc_profile=b"SECRET" * 50),
    "3 MB of comments": _commented(JPEG, 46),
    "a directory that is none": encoded(
        PICTURE, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40
    ),
    **{f"orientation {turn}": encoded(PICTURE, "JPEG", exif=_turned(turn)) for turn in range(1, 9)},
}
