"""What decoding a picture takes, known from its header."""

from PIL import Image, JpegImagePlugin

# A byte for each colour in the decoder, and one in ours: 4 for Pillow's RGB, 3 for NumPy's.
ORDINARY = 7
# These decoders hold the picture several times, TIFF's a strip, too, which may be all of it in 64 bits.
_BYTES_A_PIXEL = {"WEBP": 16, "AVIF": 12, "TIFF": 16}
_IN_PILLOW = 4
_COEFFICIENT = 2


def bytes_to_decode(image: Image.Image, *, kept: int = 0) -> int:
    """The most bytes that are held at the same time; kept: of them by the decoder until its end."""
    pixels = image.width * image.height
    ours = pixels * _BYTES_A_PIXEL.get(image.format or "", ORDINARY)
    return max(ours, pixels * _IN_PILLOW + kept)


def coefficients(image: Image.Image) -> int:
    """Bytes that libjpeg keeps of a JPEG of several scans, at whatever size it is then drawn."""
    if not isinstance(image, JpegImagePlugin.JpegImageFile):
        return 0
    parts = [across * down for _, across, down, _ in image.layer]
    widest = max((across for _, across, _, _ in image.layer), default=1)
    tallest = max((down for _, _, down, _ in image.layer), default=1)
    pixels = image.width * image.height
    return _COEFFICIENT * pixels * sum(parts) // max(widest * tallest, 1)
