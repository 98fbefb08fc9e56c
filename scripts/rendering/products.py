"""What a shop sells: a product's looks and its words in the feed."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.rendering.kinds.look import Look

_PATTERNS = {
    "stripes": "Stripes",
    "verticals": "Pinstripes",
    "band": "Band",
    "dip": "Dip Glaze",
    "dots": "Dots",
    "checks": "Checks",
    "zigzag": "Zigzag",
    "speckle": "Speckles",
    "leaves": "Leaf Print",
    "reactive": "Reactive Glaze",
    "gingham": "Gingham",
    "ticking": "Ticking Stripe",
    "rug": "Kilim Pattern",
    "label": "Paper Label",
}
_SURFACES = {
    "glossy": "glossy",
    "matte": "matte",
    "plastic": "satin",
    "metal": "bare metal",
    "enamel": "enamelled",
    "glass": "clear",
    "wood": "oiled",
}


@dataclass(frozen=True)
class Product:
    """One product of a feed. id: stable. group: shared by variants of one design."""

    id: str
    title: str
    description: str
    price: str
    product_type: str
    colour: str
    material: str
    pattern: str
    group: str
    in_stock: bool
    views: int
    look: Look


@dataclass(frozen=True)
class Line:
    """A design and its variants.

    noun: what it is called. words: a sentence about it. price: euros. shape: see the kind.
    variants: 'main[:accent[:pattern[:finish]]]' each.
    """

    kind: str
    name: str
    noun: str
    material: str
    price: float
    shape: tuple[float, float, float]
    finish: str
    words: str
    variants: tuple[str, ...]


TYPES = {
    "mug": "Home > Kitchen > Mugs",
    "bowl": "Home > Kitchen > Bowls",
    "jug": "Home > Kitchen > Jugs",
    "teapot": "Home > Kitchen > Teapots",
    "kettle": "Home > Kitchen > Kettles",
    "pan": "Home > Kitchen > Pans",
    "tray": "Home > Kitchen > Trays",
    "bottle": "Home > Kitchen > Bottles",
    "vase": "Home > Decor > Vases",
    "plant pot": "Home > Garden > Plant Pots",
    "basket": "Home > Storage > Baskets",
    "candle": "Home > Decor > Candles",
    "lantern": "Home > Lighting > Lanterns",
    "table lamp": "Home > Lighting > Table Lamps",
    "clock": "Home > Decor > Clocks",
    "speaker": "Electronics > Audio > Speakers",
    "book stack": "Books > Gift Sets",
    "cushion": "Home > Textiles > Cushions",
    "stool": "Furniture > Seating > Stools",
    "chair": "Furniture > Seating > Chairs",
    "side table": "Furniture > Tables > Side Tables",
    "suitcase": "Travel > Luggage > Suitcases",
}
_TWO_TONE = frozenset(
    {
        "table lamp",
        "chair",
        "stool",
        "speaker",
        "cushion",
        "book stack",
        "clock",
        "suitcase",
        "side table",
        "basket",
        "pan",
        "tray",
        "lantern",
        "kettle",
        "teapot",
        "candle",
        "bottle",
    }
)
_THREE_VIEWS = frozenset({"mug", "teapot", "clock", "chair"})


def range_of(lines: tuple[Line, ...], prefix: str, seed: int) -> tuple[Product, ...]:
    """The products of all lines, numbered in order: `prefix`-001 and so on."""
    products: list[Product] = []
    for number, line in enumerate(lines, start=1):
        for variant in line.variants:
            position = len(products) + 1
            products.append(
                _product(
                    line, variant, f"{prefix}-{position:03d}", f"{prefix}-G{number:02d}", seed + position
                )
            )
    return tuple(products)


def _product(line: Line, variant: str, name: str, group: str, seed: int) -> Product:
    main, accent, pattern, finish = (variant.split(":") + [""] * 4)[:4]
    look = Look(
        line.kind, main, accent or "ivory", finish or line.finish, pattern or "plain", line.shape, seed
    )
    words = _phrase(look, bool(accent))
    noun = f"{line.material} {line.noun}"
    return Product(
        id=name,
        title=f"{line.name} {noun}, {words}",
        description=f"{line.words} {_sentence(look, line)}",
        price=f"{line.price:.2f} EUR",
        product_type=TYPES[line.kind],
        colour=f"{main.title()}/{accent.title()}" if accent not in ("", main) else main.title(),
        material=line.material,
        pattern=_PATTERNS.get(look.pattern, "Plain"),
        group=group,
        in_stock=seed % 9 != 4,
        views=3 if line.kind in _THREE_VIEWS else 2,
        look=look,
    )


def _phrase(look: Look, two_tone: bool) -> str:
    """'Navy with Ivory Stripes', 'Teal and Walnut' or 'Teal'."""
    main, accent = look.main.title(), look.accent.title()
    if look.pattern in _PATTERNS and look.pattern != "label":
        return f"{main} with {accent} {_PATTERNS[look.pattern]}"
    if two_tone and look.accent != look.main and look.kind in _TWO_TONE:
        return f"{main} and {accent}"
    return main


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _sentence(look: Look, line: Line) -> str:
    surface = _SURFACES[look.finish]
    if line.kind in ("cushion", "book stack", "basket"):
        return f"This one comes in {_phrase(look, line.kind in _TWO_TONE).lower()}."
    return f"This one has {_article(surface)} {surface} finish in {_phrase(look, True).lower()}."
