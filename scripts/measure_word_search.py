"""Measure the search by words on a shop: exact ids and titles, kinds, typing errors, and time.

Usage: python scripts/measure_word_search.py INDEX [--weights 0,0.5,1,2]

INDEX: a folder of index versions. Kinds are the last step of each product's type, and its Italian words in
the word lists. Prints one JSON document.
"""

import argparse
import json
from pathlib import Path
from time import perf_counter

import numpy as np

from spark_vision.app.container import open_shop
from spark_vision.app.settings import Settings
from spark_vision.core.product import category_steps
from spark_vision.core.product_filter import EVERYTHING
from spark_vision.search.loaded_index import LoadedIndex
from spark_vision.search.words.query_terms import fold, word_list_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--weights", default="0,0.25,0.5,1,2")
    args = parser.parse_args()
    shop = open_shop(Settings(index_dir=args.index))
    start = perf_counter()
    shop.suggester.search_text("warm up")
    print(json.dumps({"first_search_s": round(perf_counter() - start, 3), "products": len(_ids(shop))}))
    for weight in map(float, args.weights.split(",")):
        print(json.dumps({"picture_weight": weight, **_figures(shop, weight)}))


def _ids(shop: LoadedIndex) -> list[str]:
    return shop.gallery.product_ids(EVERYTHING)


def _figures(shop: LoadedIndex, weight: float) -> dict[str, float]:
    products = [shop.gallery.product(product_id) for product_id in _ids(shop)]
    titles = [product.title for product in products]
    kinds = {category_steps(product.product_type)[-1] for product in products if product.product_type}
    forms = {name: italian for word, others, italian in word_list_rows() for name in (*others, word)}
    times: list[float] = []

    def first(text: str) -> str:
        query = shop.suggester.encoder.encode_texts([text])
        start = perf_counter()
        pictured = shop.gallery.search_products(query, 100)[0]
        assert shop.suggester.words is not None
        found = shop.suggester.words.fuse(text, query[0], pictured, 10, EVERYTHING, weight)
        times.append(perf_counter() - start)
        return found[0].match.product_id

    def kind_of(product_id: str) -> str:
        return (category_steps(shop.gallery.product(product_id).product_type) or ("",))[-1]

    english = [kind_of(first(kind)) == kind for kind in sorted(kinds)]
    italian = [
        kind_of(first(word)) == kind
        for kind in sorted(kinds)
        for word in forms.get(" ".join(fold(kind)), ())[:1]
    ]
    misspelt = [title[:2] + title[3:] for title in titles]
    return {
        "exact_id": float(np.mean([first(product.id) == product.id for product in products])),
        "exact_title": float(
            np.mean([shop.gallery.product(first(title)).title == title for title in titles])
        ),
        "misspelt_title": float(
            np.mean(
                [
                    shop.gallery.product(first(text)).title == title
                    for text, title in zip(misspelt, titles, strict=True)
                ]
            )
        ),
        "kind_english": float(np.mean(english)) if english else float("nan"),
        "kinds": len(english),
        "kind_italian": float(np.mean(italian)) if italian else float("nan"),
        "kinds_with_italian": len(italian),
        "p50_ms": round(float(np.median(times)) * 1000, 2),
    }


if __name__ == "__main__":
    main()
