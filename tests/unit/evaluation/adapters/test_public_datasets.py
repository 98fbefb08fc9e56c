"""Each public dataset on a tiny copy of its published layout, made here."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from spark_vision.core.errors import DatasetError
from spark_vision.evaluation.adapters import street2shop
from spark_vision.evaluation.adapters.open import open_dataset, recognise
from spark_vision.evaluation.datasets import Dataset


def picture(folder: Path, name: str, size: tuple[int, int] = (20, 10)) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (200, 0, 0)).save(path)


def write(folder: Path, name: str, *lines: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def grocery(folder: Path) -> Path:
    iconic = "/iconic-images-and-descriptions/Fruit/Apple/Granny-Smith/Granny-Smith_"
    milk = "/iconic-images-and-descriptions/Packages/Milk/Arla-Standard-Milk/Arla-Standard-Milk_"
    write(
        folder,
        "classes.csv",
        "Class Name (str),Class ID (int),Coarse Class Name (str),Coarse Class ID (int),"
        "Iconic Image Path (str),Product Description Path (str)",
        f"Granny-Smith,0,Apple,0,{iconic}Iconic.jpg,{iconic}Description.txt",
        f"Arla-Standard-Milk,1,Milk,1,{milk}Iconic.jpg,{milk}Description",
    )
    write(folder, f"{iconic[1:]}Description.txt", "A green apple.")
    for name in (f"{iconic[1:]}Iconic.jpg", f"{milk[1:]}Iconic.jpg"):
        picture(folder, name)
    photos = {"train": "Fruit/Apple/Granny-Smith/Granny-Smith_001.jpg", "val": "Packages/Milk/Arla_001.jpg"}
    for split, name in (*photos.items(), ("test", photos["val"])):
        picture(folder, f"{split}/{name}")
        write(folder, f"{split}.txt", f"{split}/{name}, {int('Milk' in name)}, {int('Milk' in name)}")
    return folder


def online_products(folder: Path) -> Path:
    header = "image_id class_id super_class_id path"
    names = [f"mug_final/{number}_{view}.JPG" for number in (11, 12) for view in (0, 1)]
    for name in [*names, "sofa_final/7_0.JPG"]:
        picture(folder, name.replace("JPG", "jpg"))
        (folder / name.replace("JPG", "jpg")).rename(folder / name)
    rows = [f"{number} {1 + number // 2} 8 {name}" for number, name in enumerate(names)]
    write(folder, "Ebay_test.txt", header, *rows, "9 3 9 sofa_final/7_0.JPG")
    write(folder, "Ebay_train.txt", header, rows[0])
    return folder


def in_shop(folder: Path, images: str = "Img/", lists: str = "Eval/") -> Path:
    base = "img/WOMEN/Denim_Shirts/id_00000002/02_"
    rows = [
        ("1_front.jpg", "query"),
        ("2_side.jpg", "gallery"),
        ("3_back.jpg", "gallery"),
        ("4_x.jpg", "train"),
    ]
    other = "img/MEN/Pants/id_00000009/01_1_front.jpg"
    for name in (*(base + each for each, _ in rows), other):
        picture(folder, images + name)
    write(
        folder,
        f"{lists}list_eval_partition.txt",
        "5",
        "image_name item_id evaluation_status",
        *(f"{base}{name}    id_00000002    {status}" for name, status in rows),
        f"{other} id_00000009 gallery",
    )
    return folder


def consumer_to_shop(folder: Path) -> Path:
    base = "img/DRESSES/Skirt/id_00000"
    names = ["1/comsumer_01.jpg", "1/comsumer_02.jpg", "1/shop_01.jpg", "2/comsumer_01.jpg", "2/shop_01.jpg"]
    for name in names:
        picture(folder, f"Img/{base}{name}", (100, 50))
    pairs = [(0, 2, 1, "test"), (1, 2, 1, "test"), (3, 4, 2, "val")]
    write(
        folder,
        "Eval/list_eval_partition.txt",
        "3",
        "image_pair_name_1 image_pair_name_2 item_id evaluation_status",
        *(f"{base}{names[a]} {base}{names[b]} id_0000000{item} {split}" for a, b, item, split in pairs),
    )
    write(
        folder,
        "Anno/list_bbox_consumer2shop.txt",
        "2",
        "image_name clothes_type source_type x_1 y_1 x_2 y_2",
        f"{base}{names[0]} 2 2 010 005 060 999",
        f"{base}{names[2]} 2 1 000 000 100 050",
    )
    return folder


def street(folder: Path) -> Path:
    held = [{"photo": 10, "product": 1}, {"photo": 11, "product": 1}, {"photo": 12, "product": 2}]
    write(folder, "meta/json/retrieval_dresses.json", json.dumps([*held, {"photo": 99, "product": 3}]))
    box = {"left": 10, "top": 0, "width": 40, "height": 25}
    pairs = [{"photo": 1, "product": 1, "bbox": box}, {"photo": 98, "product": 2, "bbox": box}]
    write(
        folder,
        "meta/json/test_pairs_dresses.json",
        json.dumps([*pairs, {"photo": 1, "product": 3, "bbox": box}]),
    )
    for number in ("000000001", "10", "11", "12"):
        picture(folder, f"images/{number}.jpg", (100, 50))
    return folder


def fashion(folder: Path) -> Path:
    write(
        folder,
        "styles.csv",
        "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,productDisplayName",
        "1163,Men,Apparel,Topwear,Tshirts,Blue,Summer,2011,Sports,Nike Sahara Blue Jersey",
        "1164,Women,Apparel,Topwear,Tshirts,Blue,Winter,2015,Sports,Red, White and Blue Tee",
        "1165,Men,Footwear,Shoes,Casual Shoes,Black,Fall,2011,Casual,Gone",
    )
    picture(folder, "images/1163.jpg")
    picture(folder, "images/1164.jpg")
    return folder


def summary(dataset: Dataset) -> list[tuple[str, list[str], list[str]]]:
    return [
        (query.photo.relative_to(dataset.folder).as_posix(), sorted(query.relevant), sorted(query.excluded))
        for query in dataset.queries
    ]


def test_grocery_store(tmp_path: Path) -> None:
    assert recognise(grocery(tmp_path)) == "grocery-store"
    dataset = open_dataset(tmp_path, "train")
    assert summary(dataset) == [("train/Fruit/Apple/Granny-Smith/Granny-Smith_001.jpg", ["Granny-Smith"], [])]
    apple, milk = dataset.products
    assert (apple.title, apple.product_type) == ("Granny Smith", "Grocery > Fruit > Apple")
    assert apple.description == "A green apple."
    assert milk.description == ""  # the published list names a file that is not there
    assert (tmp_path / milk.images[0]).is_file()
    assert open_dataset(tmp_path).queries[0].split == "test"


def test_online_products_are_looked_up_among_all_others(tmp_path: Path) -> None:
    assert recognise(online_products(tmp_path)) == "online-products"
    dataset = open_dataset(tmp_path)
    first, *_, alone = summary(dataset)
    assert first == ("mug_final/11_0.JPG", ["mug_final/11_1.JPG"], ["mug_final/11_0.JPG"])
    assert alone == ("sofa_final/7_0.JPG", [], ["sofa_final/7_0.JPG"])
    assert len(dataset.products) == len(dataset.product_ids) == 5
    assert dataset.products[0].product_type == "mug"
    assert len(open_dataset(tmp_path, "train").queries) == 1


@pytest.mark.parametrize(("images", "lists"), [("Img/", "Eval/"), ("", "")])
def test_in_shop_queries_are_looked_up_in_the_gallery(tmp_path: Path, images: str, lists: str) -> None:
    assert recognise(in_shop(tmp_path, images, lists)) == "in-shop"
    dataset = open_dataset(tmp_path)
    base = "img/WOMEN/Denim_Shirts/id_00000002/02_"
    (query,) = dataset.queries
    assert query.photo == tmp_path / f"{images}{base}1_front.jpg"
    assert query.relevant == {f"{base}2_side.jpg", f"{base}3_back.jpg"}
    assert len(dataset.product_ids) == 3
    assert dataset.products[0].product_type == "WOMEN > Denim Shirts"
    assert (tmp_path / dataset.products[0].images[0]).is_file()
    (train,) = open_dataset(tmp_path, "train").queries
    assert train.relevant == frozenset()


def test_consumer_photos_are_cut_and_looked_up_among_shop_pictures(tmp_path: Path) -> None:
    assert recognise(consumer_to_shop(tmp_path)) == "consumer-to-shop"
    dataset = open_dataset(tmp_path)
    one, two = dataset.queries
    assert one.box is not None
    assert (one.box.x, one.box.y, one.box.width, one.box.height) == pytest.approx((0.1, 0.1, 0.5, 0.9))
    assert two.box is None
    assert one.relevant == two.relevant == {"img/DRESSES/Skirt/id_000001/shop_01.jpg"}
    assert len(dataset.product_ids) == 2  # the gallery holds the shop pictures of val, too
    assert len(open_dataset(tmp_path, "val").queries) == 1


def test_street_photos_find_products_by_any_of_their_photos(tmp_path: Path) -> None:
    assert recognise(street(tmp_path)) == "street2shop"
    assert street2shop.categories(tmp_path) == ("dresses",)
    dataset = open_dataset(tmp_path, "dresses")
    (query,) = dataset.queries
    assert query.box is not None
    assert (query.box.x, query.box.width, query.box.height) == pytest.approx((0.1, 0.4, 0.5))
    assert query.relevant == {"1"}
    assert {product.id: len(product.images) for product in dataset.products} == {"1": 2, "2": 1}
    assert dataset.protocol.endswith("without a file: 1 shop photos, 2 pairs")
    with pytest.raises(DatasetError, match="one category at a time; choose a --split of dresses"):
        open_dataset(tmp_path)


def test_fashion_product_images_with_its_careless_commas(tmp_path: Path) -> None:
    assert recognise(fashion(tmp_path)) == "fashion-product-images"
    dataset = open_dataset(tmp_path)
    assert summary(dataset) == [
        ("images/1163.jpg", ["1164"], ["1163"]),
        ("images/1164.jpg", ["1163"], ["1164"]),
    ]
    assert dataset.products[1].title == "Red, White and Blue Tee"
    assert dataset.products[0].product_type == "Apparel > Topwear > Tshirts"


def test_a_catalogue_alone_has_no_photos(tmp_path: Path) -> None:
    write(tmp_path, "catalogue.csv", "id,title", "a,Mug")
    assert recognise(tmp_path) == "catalogue"
    assert open_dataset(tmp_path) == Dataset(tmp_path, frozenset("a"), ())


@pytest.mark.parametrize(
    ("make", "name", "text", "split", "reason"),
    [
        (grocery, "val.txt", "val/x.jpg, 0\n", "val", r"val\.txt, line 1: wants 3 columns, not 2"),
        (grocery, "val.txt", "val/Packages/Milk/Arla_001.jpg, 7, 0\n", "val", "no class '7'"),
        (
            grocery,
            "val.txt",
            "val/gone.jpg, 0, 0\n",
            "val",
            r"line 1: there is no picture file 'val/gone\.jpg'",
        ),
        (grocery, "val.txt", "../x.jpg, 0, 0\n", "val", "leaves the dataset"),
        (grocery, "val.txt", "\n", "val", "there are no photos in it"),
        (grocery, "val.txt", "", "best", "no split 'best'; choose one of train, val, test"),
        (online_products, "Ebay_test.txt", "h\n1 1 1\n", None, r"Ebay_test\.txt, line 2: wants 4 columns"),
        (online_products, "Ebay_test.txt", "h\n", None, "there are no pictures"),
        (
            in_shop,
            "Eval/list_eval_partition.txt",
            "0\na b c\n",
            None,
            "line 2: the header is neither image_name",
        ),
        (
            consumer_to_shop,
            "Anno/list_bbox_consumer2shop.txt",
            "0\nh\na 1 2 x 2 3 4\n",
            None,
            "line 3: could not",
        ),
        (street, "meta/json/test_pairs_dresses.json", "[{}]", "dresses", r"entry 1: has no"),
        (street, "meta/json/test_pairs_dresses.json", "[]", "dresses", "no photo is there"),
        (
            street,
            "meta/json/retrieval_dresses.json",
            "[",
            "dresses",
            r"retrieval_dresses\.json: cannot be read",
        ),
        (fashion, "styles.csv", "id,title\n", None, "line 1: the header is not id,gender"),
    ],
)
def test_a_mistake_is_named_by_file_and_line(
    tmp_path: Path, make: Callable[[Path], Path], name: str, text: str, split: str | None, reason: str
) -> None:
    make(tmp_path)
    (tmp_path / name).write_text(text)
    with pytest.raises(DatasetError, match=reason):
        open_dataset(tmp_path, split)


def test_what_is_no_dataset_says_what_one_is(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no dataset; .*catalogue\.csv and photos\.csv.*in-shop"):
        open_dataset(tmp_path)
