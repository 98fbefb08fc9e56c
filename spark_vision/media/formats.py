"""Picture formats: those that are read, and those that are refused by name."""

from contextlib import suppress

from PIL import Image

from spark_vision.core.errors import PictureDamagedError, PictureError, PictureFormatError

# Pillow reads MPO, a JPEG with further pictures behind it, under the name of JPEG.
FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"]

with suppress(ImportError):  # the extra `heic`
    from pillow_heif import register_heif_opener

    register_heif_opener()
    FORMATS.append("HEIF")

_SIGNATURES = {
    "JPEG": (b"\xff\xd8",),
    "PNG": (b"\x89PNG\r\n",),
    "GIF": (b"GIF8",),
    "BMP": (b"BM",),
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
}
_RAW_SIGNATURES = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM")
SIGNATURE_BYTES = 32
"""Bytes at the beginning of a file that tell its format."""
_AVIF_BRANDS = (b"avif", b"avis")
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")

_DNG_VERSION, _SUBFILE_TYPE, _PHOTOMETRIC, _SUB_IFDS = 50706, 254, 262, 330
_REDUCED, _SENSOR = 1, (32803, 34892)  # colour filter array, linear raw

HEIC_ADVICE = (
    "HEIC pictures are not read here. Save the photo as JPEG: on an iPhone choose Settings > Camera > "
    "Formats > Most Compatible, or share the photo by mail. "
    'The operator can add HEIC with: pip install "spark-vision[heic]"'
)
RAW_ADVICE = (
    "This is a camera's raw file, which is not read. Export the photo as JPEG in the camera or a photo "
    "application, and send that."
)


def unidentified(data: bytes) -> PictureError:
    """Return the error for bytes that no decoder recognises, by the format that their start names."""
    brand = data[8:12] if data[4:8] == b"ftyp" else b""
    if brand in _HEIC_BRANDS and "HEIF" not in FORMATS:
        return PictureFormatError(HEIC_ADVICE)
    if brand == b"crx " or data.startswith(_RAW_SIGNATURES) or data[8:10] == b"CR":
        return PictureFormatError(RAW_ADVICE)
    name = _named_by_signature(data, brand)
    if name is None:
        return PictureFormatError(f"Unknown picture format. Supported formats: {', '.join(FORMATS)}.")
    return PictureDamagedError(f"The picture begins like {name}, but its header is damaged or cut off.")


def begins_like_a_picture(start: bytes) -> bool:
    """Return whether a file begins like a picture, also one of a format that is refused by name.

    Args:
        start: The first `SIGNATURE_BYTES` of the file.
    """
    brand = start[8:12] if start[4:8] == b"ftyp" else b""
    is_raw = brand == b"crx " or start.startswith(_RAW_SIGNATURES)
    if start.startswith(b"BM"):  # two letters are too few
        return start[6:10] == bytes(4) and len(start) == SIGNATURE_BYTES
    return is_raw or _named_by_signature(start, brand) is not None


def check_not_raw(image: Image.Image, data: bytes) -> None:
    """Refuse a raw file that is wrapped in TIFF, unless its first picture is the full one.

    A raw file's first picture is often a thumbnail, which must not stand for the photo.
    Raises PictureFormatError.
    """
    if data[:4] in (b"II*\0", b"MM\0*") and data[8:10] == b"CR":
        raise PictureFormatError(RAW_ADVICE)
    tags = getattr(image, "tag_v2", None)
    if tags is None:
        return
    raw = _DNG_VERSION in tags or _SUB_IFDS in tags
    preview = bool(_integer(tags.get(_SUBFILE_TYPE)) & _REDUCED)
    if _integer(tags.get(_PHOTOMETRIC)) in _SENSOR or (raw and preview):
        raise PictureFormatError(RAW_ADVICE)


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0


def _named_by_signature(data: bytes, brand: bytes) -> str | None:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if brand in _AVIF_BRANDS:
        return "AVIF"
    if brand in _HEIC_BRANDS:
        return "HEIC"
    return next((name for name, start in _SIGNATURES.items() if data.startswith(start)), None)
