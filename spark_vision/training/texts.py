"""What can be said of a product: the texts that its pictures are matched with."""

from __future__ import annotations

from spark_vision.training.folders import Product

WEARERS = {"male": "men", "female": "women", "unisex": "men and women"}
LONGEST_SENTENCE = 120

# What the labels of everyday clothing photos mean, said as a shop would say it.
LABEL_WORDS = {
    "longsleeve": ("long sleeve shirt", "longsleeve t-shirt"),
    "outwear": ("outerwear", "jacket", "coat"),
    "pants": ("trousers",),
    "t-shirt": ("tshirt", "tee"),
    "hat": ("cap",),
    "shoes": ("footwear",),
}


def product_texts(product: Product) -> tuple[str, ...]:
    """Texts true of the product, the most telling first, without repeats.

    >>> from pathlib import Path
    >>> shoe = Product("s/1", "Puma Court", "", "Footwear > Shoes", "Blue", "male", Path("1.jpg"))
    >>> product_texts(shoe)
    ('Puma Court', 'blue shoes for men', 'blue shoes', 'shoes', 'a photo of shoes')
    """
    category = product.category
    texts = [product.title]
    if product.colour and product.colour != "NA":
        coloured = f"{product.colour.lower()} {category}"
        if product.gender in WEARERS:
            texts.append(f"{coloured} for {WEARERS[product.gender]}")
        texts.append(coloured)
    else:
        texts.append(f"a photo of {product.title}")
    if product.description:
        texts.append(product.description.split(". ")[0][:LONGEST_SENTENCE])
    texts += [category, category_prompt(category)]
    return tuple(dict.fromkeys(text for text in texts if text))


def label_texts(label: str) -> tuple[str, ...]:
    """Texts true of every photo with this label."""
    words = (label, *LABEL_WORDS.get(label, ()))
    return (*words, *(category_prompt(word) for word in words))


def category_prompt(category: str) -> str:
    """The sentence that names a category in training and in zero-shot evaluation alike."""
    return f"a photo of {category}"
