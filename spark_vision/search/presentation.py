"""Items as others want them: as JSON values in the contract's shape, and as a picture to look at."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from spark_vision.core.embedding import Picture
from spark_vision.core.errors import PictureError
from spark_vision.core.suggestion import Item, Suggestion
from spark_vision.media.decode import decode
from spark_vision.media.picture_source import PictureSource

if TYPE_CHECKING:
    from PIL.Image import Image

    from spark_vision.media.annotate import Card, Row

_CARD_SIDE = 170


def item_dict(item: Item) -> dict[str, Any]:
    """An item in the shape of `suggest --json` and the API."""
    return {
        "box": None if item.box is None else asdict(item.box),
        "source": item.source,
        "calibrated": item.calibrated,
        "fit": item.fit,
        "suggestions": [suggestion_dict(suggestion) for suggestion in item.suggestions],
        "no_match": None if item.no_match is None else asdict(item.no_match),
    }


def text_item_dict(item: Item) -> dict[str, Any]:
    """An item of a search by text: each suggestion also says by what it was found."""
    found = item_dict(item)
    for shown, suggestion in zip(found["suggestions"], item.suggestions, strict=True):
        shown["found_by"] = list(suggestion.found_by or ("picture",))
    return found


def suggestion_dict(suggestion: Suggestion) -> dict[str, Any]:
    """A suggestion in the shape of `suggest --json` and the API."""
    return {
        "product_id": suggestion.product.id,
        "title": suggestion.product.title,
        "probability": None if suggestion.probability is None else round(suggestion.probability, 6),
        "similarity": round(suggestion.similarity, 6),
        "reference_image": suggestion.reference_image,
        "variants": [
            {
                "product_id": variant.product_id,
                "title": variant.title,
                "similarity": round(variant.similarity, 6),
            }
            for variant in suggestion.variants
        ],
        # By hand: copying three reasons for each of five suggestions took a fortieth of a look-up.
        "why": [
            {"code": reason.code, "words": reason.words, "effect": round(reason.effect, 6)}
            for reason in suggestion.why
        ],
    }


def annotated(photo: Picture, items: Sequence[Item], pictures: PictureSource) -> "Image":
    """The photo with its boxes, and the reference images of what was suggested beside it."""
    from spark_vision.media.annotate import annotate

    return annotate(photo, [_row(item, pictures) for item in items])


def _row(item: Item, pictures: PictureSource) -> "Row":
    from spark_vision.media.annotate import Row

    heading = "Whole photo" if item.box is None else "Box"
    if item.no_match is not None:
        heading += f": {item.no_match.detail}"
    cards = tuple(_card(suggestion, pictures) for suggestion in item.suggestions)
    return Row(item.box, heading, cards)


def _card(suggestion: Suggestion, pictures: PictureSource) -> "Card":
    from spark_vision.media.annotate import Card

    product = suggestion.product
    price = "" if product.price is None else str(product.price)
    lines = (product.title, _score(suggestion), price)
    return Card(_picture(suggestion.reference_image, pictures), lines)


def _score(suggestion: Suggestion) -> str:
    if suggestion.probability is None:
        return f"similarity {suggestion.similarity:.3f}"
    return f"{suggestion.probability:.0%} (similarity {suggestion.similarity:.3f})"


def _picture(image: str, pictures: PictureSource) -> Picture | None:
    try:
        return decode(pictures.read(image), at_least=_CARD_SIDE)
    except PictureError:  # The shop may have moved its pictures since the index was built.
        return None
