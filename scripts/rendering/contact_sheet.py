"""Contact sheets: many pictures on one, to be looked at by people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from scripts.rendering.labels import Box

_FRAME = ("#e5484d", "#2563eb", "#16a34a", "#d97706", "#9333ea")


def contact_sheet(
    pictures: Sequence[Path],
    columns: int,
    cell: int,
    boxes: Mapping[str, Sequence[tuple[str, Box]]] | None = None,
) -> Image.Image:
    """The pictures in rows of `columns`, each within `cell` pixels, on white.

    boxes: product ids and boxes to draw, by a picture's file name.
    """
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * cell, rows * cell), "white")
    for i, path in enumerate(pictures):
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        picture.thumbnail((cell - 4, cell - 4), Image.Resampling.LANCZOS)
        _annotate(picture, (boxes or {}).get(path.name, ()))
        left = i % columns * cell + (cell - picture.width) // 2
        top = i // columns * cell + (cell - picture.height) // 2
        sheet.paste(picture, (left, top))
    return sheet


def save_within(sheet: Image.Image, path: Path, limit: int = 500_000) -> int:
    """Save as JPEG in the best quality that stays below `limit` bytes; return the bytes.

    Raises ValueError when no quality down to 40 does.
    """
    for quality in range(90, 39, -5):
        sheet.save(path, "JPEG", quality=quality, optimize=True, progressive=True)
        if path.stat().st_size < limit:
            return path.stat().st_size
    raise ValueError(f"{path} does not fit into {limit} bytes: use smaller cells")


def _annotate(picture: Image.Image, boxes: Sequence[tuple[str, Box]]) -> None:
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    for i, (name, box) in enumerate(boxes):
        colour = _FRAME[i % len(_FRAME)]
        corner = (box.x * width, box.y * height)
        end = ((box.x + box.width) * width - 1, (box.y + box.height) * height - 1)
        draw.rectangle((*corner, *end), outline=colour, width=2)
        draw.text((corner[0] + 4, corner[1] + 2), name, fill=colour)
