"""One image to look at: a photo with its boxes, and beside it what was suggested for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps

from spark_vision.core.embedding import Picture
from spark_vision.core.geometry import Box

_MARGIN = 16
_CARD = 168
_LINE = 18
_CARD_LINES = 4
_CARD_TEXT = _LINE * _CARD_LINES + 8
_PHOTO_SIDE = 560
_INK = (32, 33, 36)
_MUTED = (110, 114, 120)
_PAPER = (255, 255, 255)
_PLACE = (241, 243, 245)
_COLOURS = (
    (214, 51, 108),
    (25, 113, 194),
    (47, 158, 68),
    (230, 119, 0),
    (112, 72, 232),
    (12, 133, 153),
)


@dataclass(frozen=True, slots=True)
class Card:
    """A product to show: its picture (None: not to be had), its title and facts, whether it is right."""

    picture: Picture | None
    lines: tuple[str, ...]
    right: bool | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One item: its box (None for the whole photo), a heading, and its cards, best first."""

    box: Box | None
    heading: str
    cards: tuple[Card, ...]


def annotate(photo: Picture, rows: Sequence[Row]) -> Image.Image:
    """Draw a photo with numbered boxes at the left, and a row of cards an item at the right."""
    shown = _shown(photo)
    cards = max((len(row.cards) for row in rows), default=0)
    row_height = 28 + _CARD + _CARD_TEXT + _MARGIN
    width = _MARGIN * 2 + shown.width + (_CARD + _MARGIN) * max(cards, 2) + _MARGIN
    height = max(shown.height + 2 * _MARGIN, _MARGIN + row_height * len(rows))
    sheet = Image.new("RGB", (width, height), _PAPER)
    sheet.paste(shown, (_MARGIN, _MARGIN))
    draw = ImageDraw.Draw(sheet)
    for number, row in enumerate(rows):
        colour = _COLOURS[number % len(_COLOURS)]
        _draw_box(draw, row.box, shown.size, (number + 1, colour))
        at = (_MARGIN * 2 + shown.width, _MARGIN + number * row_height)
        _draw_row(sheet, row, at, (number + 1, colour))
    return sheet


def png(image: Image.Image) -> bytes:
    """Encode for a file that is looked at."""
    out = BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _shown(photo: Picture) -> Image.Image:
    image = Image.fromarray(photo)
    scale = _PHOTO_SIDE / max(image.size)
    size = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    return image.resize(size, Image.Resampling.LANCZOS)


def _draw_box(
    draw: ImageDraw.ImageDraw,
    box: Box | None,
    size: tuple[int, int],
    mark: tuple[int, tuple[int, int, int]],
) -> None:
    if box is None:
        return
    number, colour = mark
    left, top, right, bottom = box.pixels(*size)
    corner = (left + _MARGIN, top + _MARGIN)
    draw.rectangle((*corner, right + _MARGIN - 1, bottom + _MARGIN - 1), outline=colour, width=3)
    draw.rectangle((*corner, corner[0] + 22, corner[1] + 22), fill=colour)
    draw.text((corner[0] + 11, corner[1] + 11), str(number), _PAPER, _font(15), anchor="mm")


def _draw_row(
    sheet: Image.Image, row: Row, at: tuple[int, int], mark: tuple[int, tuple[int, int, int]]
) -> None:
    draw = ImageDraw.Draw(sheet)
    number, colour = mark
    x, y = at
    draw.rectangle((x, y, x + 20, y + 20), fill=colour)
    draw.text((x + 10, y + 10), str(number), _PAPER, _font(14), anchor="mm")
    draw.text((x + 28, y + 2), row.heading, _INK, _font(15))
    for place, card in enumerate(row.cards):
        _draw_card(sheet, card, (x + place * (_CARD + _MARGIN), y + 28))


def _draw_card(sheet: Image.Image, card: Card, at: tuple[int, int]) -> None:
    draw = ImageDraw.Draw(sheet)
    x, y = at
    draw.rectangle((x, y, x + _CARD, y + _CARD), fill=_PLACE)
    if card.picture is None:
        draw.text((x + _CARD // 2, y + _CARD // 2), "no picture", _MUTED, _font(13), anchor="mm")
    else:
        fitted = ImageOps.contain(Image.fromarray(card.picture), (_CARD, _CARD))
        sheet.paste(fitted, (x + (_CARD - fitted.width) // 2, y + (_CARD - fitted.height) // 2))
    if card.right is not None:
        frame = (47, 158, 68) if card.right else (201, 42, 42)
        draw.rectangle((x, y, x + _CARD, y + _CARD), outline=frame, width=4)
    title, *facts = card.lines
    lines = [*_wrapped(draw, title), *facts]
    for number, line in enumerate(lines[:_CARD_LINES]):
        ink = _MUTED if line in facts else _INK
        draw.text((x, y + _CARD + 4 + _LINE * number), line, ink, _font(13))


def _wrapped(draw: ImageDraw.ImageDraw, text: str) -> list[str]:
    """A title on two lines at most, cut with an ellipsis."""
    first, rest = "", text.split()
    while rest and _fits(draw, f"{first} {rest[0]}".strip()):
        first = f"{first} {rest.pop(0)}".strip()
    second = " ".join(rest)
    cut = second
    while cut and not _fits(draw, cut if cut == second else cut + "…"):
        cut = cut[:-1]
    return [line for line in (first, cut if cut == second else cut + "…") if line]


def _fits(draw: ImageDraw.ImageDraw, text: str) -> bool:
    return draw.textlength(text, _font(13)) <= _CARD


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
