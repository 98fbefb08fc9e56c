"""Thousands of broken pictures in a process with limits: a picture or a PictureError, nothing else."""

import os
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from tests.fakes import encoded, handmade_png, noise, png_chunk, smooth

MUTATIONS_A_SEED = 500
CORPORA = os.environ.get("SPARK_VISION_CORPORA", "")

CHILD = """
import random, resource, sys, time, warnings
from pathlib import Path
from spark_vision.core.errors import PictureError
from spark_vision.media.decode import decode
from spark_vision.media.limits import PictureLimits

warnings.simplefilter("ignore")
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
limits = PictureLimits(max_pixels=4_000_000)
chance = random.Random(20260101)


def mutated(data):
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        at = chance.randrange(len(data) if chance.random() < 0.5 else min(len(data), 80))
        match chance.randrange(5):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at : at + 4] = chance.choice((bytes(4), b"\\xff" * 4, b"\\x7f\\xff\\xff\\xff"))
            case 2:
                del data[at : at + chance.randrange(1, 40)]
            case 3:
                data[at:at] = chance.randbytes(chance.randrange(1, 40))
            case 4:
                data = data[: max(at, 1)]
        if not data:
            break
    return bytes(data)


pictures = refused = 0
for path in sorted(Path(sys.argv[1]).iterdir()):
    seed = path.read_bytes()
    for number in range(int(sys.argv[2])):
        data = mutated(seed)
        at_least = chance.choice((None, 8))
        begun = time.process_time()
        try:
            picture = decode(data, limits, at_least=at_least)
        except PictureError as error:
            assert str(error)
            refused += 1
        except BaseException as error:
            sys.exit(f"{path.name}, mutation {number}: {error!r}")
        else:
            assert picture.ndim == 3 and picture.shape[2] == 3 and picture.size
            pictures += 1
        if (took := time.process_time() - begun) > 5:
            sys.exit(f"{path.name}, mutation {number}: {took:.1f} s")
print(pictures, refused)
"""

# An EXIF block with one entry: the orientation, 6.
TURNED = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06" + bytes(7)

SEEDS = {
    "rgb.png": (noise(1), "PNG", {}),
    "still.gif": (noise(2), "GIF", {}),
    "photo.jpg": (smooth(40, 30), "JPEG", {"exif": TURNED}),
    "progressive.jpg": (smooth(40, 30), "JPEG", {"progressive": True}),
    "lossy.webp": (smooth(40, 30), "WEBP", {}),
    "lossless.webp": (noise(3), "WEBP", {"lossless": True}),
    "bitmap.bmp": (noise(4), "BMP", {}),
    "raw.tiff": (noise(5), "TIFF", {}),
    "packed.tiff": (noise(6), "TIFF", {"compression": "tiff_lzw"}),
    "photo.avif": (smooth(40, 30), "AVIF", {}),
    "grey.png": (Image.fromarray(noise(7)).convert("L"), "PNG", {}),
    "palette.png": (Image.fromarray(noise(8)).convert("P"), "PNG", {"transparency": 3}),
    "alpha.png": (Image.fromarray(noise(9)).convert("RGBA"), "PNG", {}),
    "deep.png": (Image.fromarray(noise(10)).convert("I;16"), "PNG", {}),
    "profile.png": (
        noise(11),
        "PNG",
        {"icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()},
    ),
    "cmyk.jpg": (Image.fromarray(smooth(40, 30)).convert("CMYK"), "JPEG", {}),
    "grey.jpg": (Image.fromarray(smooth(40, 30)).convert("L"), "JPEG", {"restart_marker_blocks": 2}),
    "moving.gif": (
        Image.fromarray(noise(12)),
        "GIF",
        {"save_all": True, "append_images": [Image.fromarray(noise(13))]},
    ),
    "moving.webp": (
        Image.fromarray(noise(14)),
        "WEBP",
        {"save_all": True, "append_images": [Image.fromarray(noise(15))]},
    ),
    "float.tiff": (Image.fromarray(noise(16)).convert("F"), "TIFF", {}),
    "jpeg.tiff": (smooth(40, 30), "TIFF", {"compression": "jpeg"}),
    "bits.tiff": (Image.fromarray(noise(17)).convert("1"), "TIFF", {"compression": "group4"}),
}
assert len(SEEDS) >= 20


@pytest.mark.slow
def test_mutated_pictures_end_as_a_picture_or_a_picture_error(tmp_path: Path):
    for name, (picture, format_name, options) in SEEDS.items():
        (tmp_path / name).write_bytes(encoded(picture, format_name, **options))
    command = [sys.executable, "-c", CHILD, str(tmp_path), str(MUTATIONS_A_SEED)]
    child = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert child.returncode == 0, child.stderr[-2000:]
    pictures, refused = map(int, child.stdout.split())
    assert pictures + refused == MUTATIONS_A_SEED * len(SEEDS)
    assert min(pictures, refused) > 100  # the mutations reach both the headers and the pixels


CORPUS_CHILD = """
import resource, sys, time, warnings
from pathlib import Path
from spark_vision.core.errors import PictureError
from spark_vision.media.files import read_picture

warnings.simplefilter("ignore")
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
pictures = refused = 0
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if not path.is_file():
        continue
    begun = time.process_time()
    try:
        picture = read_picture(path)
    except PictureError as error:
        assert error.message.startswith(str(path))
        refused += 1
    except BaseException as error:
        sys.exit(f"{path}: {error!r}")
    else:
        assert picture.ndim == 3 and picture.shape[2] == 3 and picture.size
        pictures += 1
    if (took := time.process_time() - begun) > 20:
        sys.exit(f"{path}: {took:.1f} s")
print(pictures, refused)
"""


def corpus(folder: Path) -> tuple[int, int]:
    """Read every file of a folder in a process with limits: how many are pictures, how many refused."""
    command = [sys.executable, "-c", CORPUS_CHILD, str(folder)]
    child = subprocess.run(command, capture_output=True, text=True, timeout=1800)
    assert child.returncode == 0, child.stderr[-2000:]
    pictures, refused = map(int, child.stdout.split())
    return pictures, refused


@pytest.mark.slow
@pytest.mark.skipif(not CORPORA, reason="SPARK_VISION_CORPORA names no folder of pictures")
def test_the_files_of_a_corpus_end_as_a_picture_or_a_picture_error():
    pictures, refused = corpus(Path(CORPORA))
    assert pictures + refused > 0


def test_a_corpus_is_read_whole_and_its_mistakes_are_counted(tmp_path: Path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.png").write_bytes(encoded(noise(1)))
    (tmp_path / "b.jpg").write_bytes(b"\\xff\\xd8")
    (tmp_path / "c.txt").write_text("text")
    assert corpus(tmp_path) == (1, 2)


BOMB_CHILD = """
import resource, sys
from pathlib import Path
from spark_vision.core.errors import PictureError
from spark_vision.media.decode import decode

data = Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    decode(data)
except PictureError as error:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, type(error).__name__)
"""


@pytest.mark.parametrize("name", ["text", "pixels"])
def test_bombs_cost_little_memory(tmp_path: Path, name: str):
    text = png_chunk(b"zTXt", b"name\0\0" + zlib.compress(bytes(200_000_000)))
    bombs = {"text": handmade_png((1, 1), extra=text), "pixels": handmade_png((20_000, 20_000))}
    (tmp_path / "bomb.png").write_bytes(bombs[name])
    command = [sys.executable, "-c", BOMB_CHILD, str(tmp_path / "bomb.png")]
    child = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    kilobytes, error = child.stdout.split()
    assert error in ("PictureTooLargeError", "PictureDamagedError")
    assert int(kilobytes) < 50_000
