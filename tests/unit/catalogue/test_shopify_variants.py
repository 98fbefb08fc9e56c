"""Variants of Shopify exports: their own pictures, their rows wherever they stand, and repeated SKUs."""

import random
from pathlib import Path

import pytest

from spark_vision.catalogue.read import open_source
from spark_vision.catalogue.shop import Shop
from spark_vision.core.product import FeedIssue, FeedRow, Product

CASES = Path(__file__).parents[2] / "cases" / "feeds"
SHOP = Shop("EUR")
HEADER = (
    "Handle,Title,Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,"
    "Image Position,Variant Image"
)


def read(path: Path) -> tuple[dict[str, Product], list[FeedIssue]]:
    rows = list(open_source(path, "shopify-csv", SHOP).rows())
    products = {row.product.id: row.product for row in rows if isinstance(row, FeedRow)}
    return products, [row for row in rows if isinstance(row, FeedIssue)]


def write(folder: Path, *rows: str) -> Path:
    path = folder / "export.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def test_a_variant_with_a_picture_of_its_own_has_that_picture() -> None:
    products, _ = read(CASES / "s08.csv")
    assert products["TEE-RED"].images == ("pk/red.png",)
    assert products["TEE-BLUE"].images == ("pk/blue.png",)
    assert products["CUP"].images == ("pk/cup.png",)


def test_pictures_that_no_variant_claims_are_shared(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "tee,Tee,Acme,Tops,Color,Red,T1,20.00,red.png,1,red.png",
        "tee,,,,,Blue,T2,20.00,blue.png,2,blue.png",
        "tee,,,,,Green,T3,20.00,label.png,3,",
    )
    products, _ = read(path)
    assert products["T1"].images == ("red.png", "label.png")
    assert products["T2"].images == ("blue.png", "label.png")
    assert products["T3"].images == ("red.png", "blue.png", "label.png")


def test_rows_of_a_handle_belong_together_wherever_they_stand() -> None:
    products, _ = read(CASES / "s02_not_contiguous.csv")
    second = products["T2"]
    assert (second.title, second.brand, second.product_type) == ("Tee", "Acme", "Tops")


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(tmp_path: Path, seed: int) -> None:
    rows = [
        "tee,Tee,Acme,Tops,Color,Red,T1,20.00,red.png,1,red.png",
        "tee,,,,,Blue,T2,20.00,blue.png,2,blue.png",
        "cup,Cup,Acme,Cups,Color,White,C1,9.00,white.png,1,white.png",
        "cup,,,,,Black,C2,9.00,black.png,2,black.png",
    ]
    expected, _ = read(write(tmp_path, *rows))
    random.Random(seed).shuffle(rows)
    assert read(write(tmp_path, *rows))[0] == expected


def test_a_sku_on_several_variants_is_told_apart_by_its_options() -> None:
    products, issues = read(CASES / "s01_dup_sku.csv")
    assert set(products) == {"tee-red-s", "tee-blue-s"}
    (warning,) = issues
    assert (warning.severity, warning.product_id) == ("warning", "tee")
    assert "SKU 'TEE'" in warning.reason
