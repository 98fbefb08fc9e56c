"""Many pictures on one page."""

from collections.abc import Sequence

from PIL import Image


def contact_sheet(images: Sequence[Image.Image], columns: int, width: int) -> Image.Image:
    """Pictures scaled to equal widths in rows from left to right, on white, `width` pixels wide."""
    side = width // columns
    scaled = [image.resize((side, max(round(image.height * side / image.width), 1))) for image in images]
    rows = [scaled[at : at + columns] for at in range(0, len(scaled), columns)]
    heights = [max(image.height for image in row) for row in rows]
    sheet = Image.new("RGB", (side * columns, sum(heights)), "white")
    for number, row in enumerate(rows):
        for place, image in enumerate(row):
            sheet.paste(image, (place * side, sum(heights[:number])))
    return sheet
