"""Exports of WooCommerce, Magento, PrestaShop, BigCommerce and Shopify's products.json."""

# ruff: noqa: E501 - the rows of exports are long

import gzip
import json
from pathlib import Path

import pytest

from spark_vision.catalogue.detect import Format, detect
from spark_vision.catalogue.feed_file import FeedFile
from spark_vision.catalogue.shop import UNKNOWN_SHOP, Shop
from spark_vision.core.product import Availability, Product
from tests.unit.catalogue.feeds import CASES, read, read_text

SHOP = Shop("EUR", "https://shop.example/")


def prices(product: Product) -> tuple[str, str]:
    return str(product.price), str(product.regular_price)


def detected(folder: Path, text: str) -> Format:
    (folder / "feed").write_text(text)
    return detect(FeedFile(folder / "feed"))


def test_the_reported_woocommerce_export() -> None:
    products, issues = read(CASES / "c07_woo_export.csv")
    (hoodie,) = products.values()
    assert (hoodie.id, hoodie.title, hoodie.item_group_id) == ("hood-red", "Hoodie - Red", "hood")
    assert prices(hoodie) == ("42 EUR", "45 EUR")
    assert (hoodie.product_type, hoodie.images, issues) == ("Clothing > Hoodies", ("pics/2.png",), [])


def test_the_reported_products_json() -> None:
    products, issues = read(CASES / "j11_shopify_products.json")
    assert (products["T1"].title, products["T1"].images, issues) == ("Tee", ("pics/0.png",), [])
    assert str(products["T1"].price) == "9.00 EUR"


WOO = """ID,Type,SKU,"GTIN, UPC, EAN, or ISBN",Name,Published,Short description,In stock?,Stock,Backorders allowed?,\
Sale price,Regular price,Date sale price ends,Categories,Brands,Images,Parent,Attribute 1 name,Attribute 1 value(s)
11,variation,,,Tee - Blue,1,,1,,0,,20,,,,,id:10,Color,Blue
10,variable,,,Tee,1,Soft &amp; warm,1,,0,,,,"Clothing, Clothing > Tops\\, all",Acme,"https://x.example/a.jpg, b.jpg",,Color,"Red, Blue"
12,variation,tee-red,4006381333931,Tee - Red,1,,0,,0,15,20,2999-01-01,,,red.jpg,id:10,Color,Red
13,simple,cup,,Cup,1,,1,0,notify,15,20,2020-01-01,Home,,cup.jpg,,Size,L
14,simple,draft,,Draft,-1,,1,,0,,1,,Home,,d.jpg,,,
15,variable,lonely,,Lonely,1,,1,,0,,7,,Home,,l.jpg,,,
"""


def test_woocommerces_variations_take_over_from_their_parent_wherever_it_stands(tmp_path: Path) -> None:
    products, issues = read_text(tmp_path, WOO, SHOP)
    blue, red, cup = products["11"], products["tee-red"], products["cup"]
    assert set(products) == {"11", "tee-red", "cup", "lonely"}
    assert blue.images == ("https://x.example/a.jpg", "b.jpg")
    assert (blue.color, blue.brand, blue.description) == ("Blue", "Acme", "Soft & warm")
    assert (blue.product_type, blue.item_group_id) == ("Clothing > Tops, all", "10")
    assert blue.link == "https://shop.example/?p=10"
    assert (red.images, red.color, red.gtin) == (("red.jpg",), "Red", "4006381333931")
    assert (prices(red), red.availability) == (("15 EUR", "20 EUR"), Availability.OUT_OF_STOCK)
    assert (prices(cup), cup.availability, cup.size) == (("20 EUR", "None"), Availability.BACKORDER, "L")
    assert [(issue.product_id, issue.reason) for issue in issues] == [
        ("draft", "left out: it is not published")
    ]


def test_a_sku_that_woocommerces_variations_share_costs_no_product(tmp_path: Path) -> None:
    header = "ID,Type,SKU,Name,Published,Regular price,Images,Parent\n"
    rows = "1,variable,p,P,1,,p.jpg,\n2,variation,p,P - S,1,5,,p\n3,variation,p,P - M,1,5,,p\n4,simple,q,Q,1,5,q.jpg,\n"
    products, (warning,) = read_text(tmp_path, header + rows, SHOP)
    assert list(products) == ["2", "3", "q"]
    assert products["3"].item_group_id == "p"
    assert (warning.severity, warning.line, warning.product_id) == ("warning", 3, "p")


MAGENTO = """sku,store_view_code,attribute_set_code,product_type,categories,name,description,product_online,visibility,price,\
special_price,special_price_to_date,url_key,base_image,additional_images,qty,is_in_stock,additional_attributes,configurable_variations
tee-s-red,,Top,simple,"Default Category/Men/Tops",Tee-S-Red,,1,Not Visible Individually,20,15,12/31/99,,/t/e/red.jpg,,3,1,"color=Red,size=S",
tee-s-blue,,Top,simple,,Tee-S-Blue,,1,Not Visible Individually,20,,,,no_selection,,0,0,,
tee-s-blue,de,,,,T-Shirt,,,,,,,,,,,,,
tee,,Top,configurable,"Default Category,Default Category/Men/Tops",Tee,<p>Soft</p>,1,"Catalog, Search",,,,tee,/t/e/tee.jpg,"/t/e/a.jpg,/t/e/b.jpg",0,1,"manufacturer=Acme","sku=tee-s-red,size=S,color=Red|sku=tee-s-blue,size=S,color=Blue"
cup,,Default,simple,Default Category/Home,Cup,,1,"Catalog, Search",9,,,cup,https://cdn.example/cup.jpg,,1,1,,
part,,Default,simple,,Part,,1,Not Visible Individually,1,,,,/p/a/part.jpg,,1,1,,
off,,Default,simple,,Off,,2,"Catalog, Search",1,,,,/o/f/off.jpg,,1,1,,
"""


def test_magentos_variations_are_those_that_a_configurable_product_names(tmp_path: Path) -> None:
    products, issues = read_text(tmp_path, MAGENTO, SHOP)
    red, blue, cup = products["tee-s-red"], products["tee-s-blue"], products["cup"]
    media = "https://shop.example/media/catalog/product/t/e"
    assert set(products) == {"tee-s-red", "tee-s-blue", "cup"}
    assert (red.images, red.color, red.size) == ((f"{media}/red.jpg",), "Red", "S")
    assert (prices(red), red.item_group_id, red.brand) == (("15 EUR", "20 EUR"), "tee", "Acme")
    assert (red.product_type, red.link) == ("Men > Tops", "https://shop.example/tee.html")
    assert blue.images == (f"{media}/tee.jpg", f"{media}/a.jpg", f"{media}/b.jpg")
    assert (blue.title, blue.description, blue.color) == ("Tee-S-Blue", "Soft", "Blue")
    assert blue.availability is Availability.OUT_OF_STOCK
    assert cup.images == ("https://cdn.example/cup.jpg",)
    assert [issue.product_id for issue in issues] == ["part", "off"]


def test_magentos_pictures_are_relative_to_the_feed_without_an_address(tmp_path: Path) -> None:
    products, _ = read_text(tmp_path, MAGENTO, Shop("EUR"))
    assert products["tee-s-red"].images == ("t/e/red.jpg",)


PRESTA = """Product ID;Active (0/1);Name *;Categories (x,y,z...);Price tax included;Discount percent;Discount to (yyyy-mm-dd);\
Reference #;Manufacturer;EAN13;MPN;Quantity;Out of stock action;Summary;URL rewritten;Image URLs (x,y,z...)
1;1;Cup;Home,Home/Kitchen/Cups;20,00;25;0000-00-00;CUP;Acme;4006381333931;M1;3;0;<p>White</p>;cup;https://x.example/1.jpg,https://x.example/2.jpg
2;1;Mug;Home;9.50;;;;;;;0;0;;;m.jpg
3;1;Jug;Home;9.50;;;JUG;;;;0;1;;;j.jpg
4;0;Old;Home;1;;;OLD;;;;1;0;;;o.jpg
"""
PRESTA_LIST = """"Product ID";Image;Name;Reference;Category;"Price (tax excl.)";"Price (tax incl.)";Quantity;Status;Position
1;https://x.example/1.jpg;Cup;CUP;Cups;10.00;12.20;4;1;0
"""


def test_prestashops_columns_of_import(tmp_path: Path) -> None:
    products, issues = read_text(tmp_path, PRESTA, SHOP)
    cup = products["CUP"]
    assert set(products) == {"CUP", "2", "JUG"}
    assert cup.images == ("https://x.example/1.jpg", "https://x.example/2.jpg")
    assert prices(cup) == ("15.00 EUR", "20.00 EUR")
    assert (cup.product_type, cup.brand, cup.gtin) == ("Home > Kitchen > Cups", "Acme", "4006381333931")
    assert (cup.description, cup.link) == ("White", "https://shop.example/1-cup.html")
    assert products["2"].availability is Availability.OUT_OF_STOCK
    assert products["JUG"].availability is Availability.BACKORDER
    assert [issue.product_id for issue in issues] == ["OLD"]


def test_prestashops_export_of_its_list(tmp_path: Path) -> None:
    products, _ = read_text(tmp_path, PRESTA_LIST, SHOP)
    assert (prices(products["CUP"]), products["CUP"].product_type) == (("12.20 EUR", "None"), "Cups")


BIG = """Item,ID,Name,Type,SKU,Options,Inventory Tracking,Current Stock,Price,Sale Price,Categories,Description,Product URL,\
Is Visible,GTIN,Manufacturer Part Number,Internal Image URL (Export),Image is Thumbnail,Image Sort Order,Variant Image URL
Product,1,Tee,physical,TEE,,variant,0,20,0,Clothing/Tops;Sale,<p>Soft</p>,/tee/,TRUE,,M-1,,,,
Variant,7,,,TEE-S,Type=Swatch|Name=Color|Value=Red[#ff0000]Type=Rectangles|Name=Size|Value=S,,3,,,,,,,4006381333931,,,,,red.jpg
Variant,8,,,TEE-L,Type=Swatch|Name=Color|Value=Blue[#0000ff]Type=Rectangles|Name=Size|Value=L,,0,25,22,,,,,,,,,,
Image,3,,,,,,,,,,,,,,,https://x.example/b.jpg,FALSE,0,
Image,4,,,,,,,,,,,,,,,https://x.example/a.jpg,TRUE,1,
Product,2,Cup,physical,,,none,0,9,7,Home,,/cup/,TRUE,,,,,,
Image,5,,,,,,,,,,,,,,,https://x.example/cup.jpg,TRUE,0,
Product,3,Hid,physical,HID,,none,0,9,,Home,,/h/,FALSE,,,,,,
"""
OLD_BIG = """Item Type,Product ID,Product Name,Product Code/SKU,Brand Name,Product Description,Price,Sale Price,Allow Purchases?,\
Product Visible?,Track Inventory,Current Stock Level,Category,Product Image File - 1,Product Image URL - 1,Product Image File - 2,\
Product UPC/EAN
Product,1,Tee,TEE,Acme,Soft,20,,Y,Y,by option,0,Clothing/Tops;Sale,t/1.jpg,https://x.example/1.jpg,t/2.jpg,
  SKU,2,"[CS]Color=Red:#ff0000,[RT]Size=S",TEE-S,,,[ADD]2,,,,,4,,,,,4006381333931
  Rule,,,TEE-S,,,[FIXED]30,,Y,,,,,,,,
Product,3,Cup,CUP,,,9,,N,Y,none,0,Home,c.jpg,,,
"""


def test_bigcommerces_new_export(tmp_path: Path) -> None:
    products, issues = read_text(tmp_path, BIG, SHOP)
    small, large, cup = products["TEE-S"], products["TEE-L"], products["2"]
    assert set(products) == {"TEE-S", "TEE-L", "2"}
    assert (small.images, small.color, small.size) == (("red.jpg",), "Red", "S")
    assert (prices(small), small.gtin, small.item_group_id) == (("20 EUR", "None"), "4006381333931", "TEE")
    assert large.images == ("https://x.example/a.jpg", "https://x.example/b.jpg")
    assert (prices(large), large.availability) == (("22 EUR", "25 EUR"), Availability.OUT_OF_STOCK)
    assert (large.title, large.product_type, large.link) == (
        "Tee",
        "Clothing > Tops",
        "https://shop.example/tee/",
    )
    assert (prices(cup), cup.availability) == (("7 EUR", "9 EUR"), Availability.IN_STOCK)
    assert [issue.product_id for issue in issues] == ["HID"]


def test_bigcommerces_old_export(tmp_path: Path) -> None:
    products, _ = read_text(tmp_path, OLD_BIG, SHOP)
    small = products["TEE-S"]
    assert set(products) == {"TEE-S", "CUP"}
    assert small.images == ("https://x.example/1.jpg", "t/2.jpg")
    assert (small.color, small.size, small.brand, prices(small)) == ("Red", "S", "Acme", ("22 EUR", "None"))
    assert products["CUP"].availability is Availability.OUT_OF_STOCK


def shopify(**product: object) -> str:
    base = {"id": 1, "title": "Tee", "handle": "tee", "vendor": "Acme", "product_type": "Tops"}
    return json.dumps({"products": [{**base, **product}]}, indent=1)


IMAGES = [
    {"id": 92, "src": "//cdn.example/blue.png", "position": 2, "variant_ids": [12]},
    {"id": 91, "src": "red.png", "position": 1, "variant_ids": []},
    {"id": 93, "src": "label.png", "position": 3, "variant_ids": []},
]
VARIANTS = [
    {"id": 11, "sku": "R", "option1": "Red", "price": "9.00", "compare_at_price": "12.00", "image_id": 91},
    {"id": 12, "sku": "B", "option1": "Blue", "price": "9.00", "available": False},
]


def test_variants_of_products_json_have_the_pictures_that_show_them(tmp_path: Path) -> None:
    text = shopify(variants=VARIANTS, images=IMAGES, options=[{"name": "Color"}], body_html="<p>Soft</p>")
    products, issues = read_text(tmp_path, text, SHOP)
    red, blue = products["R"], products["B"]
    assert (red.images, red.color, prices(red)) == (
        ("red.png", "label.png"),
        "Red",
        ("9.00 EUR", "12.00 EUR"),
    )
    assert blue.images == ("https://cdn.example/blue.png", "label.png")
    assert (blue.availability, blue.description, blue.brand) == (Availability.OUT_OF_STOCK, "Soft", "Acme")
    assert (blue.link, blue.item_group_id) == ("https://shop.example/products/tee", "tee")
    assert not issues


def test_skus_that_repeat_in_products_json_are_told_apart(tmp_path: Path) -> None:
    variants = [{**variant, "sku": "TEE"} for variant in VARIANTS]
    products, (warning,) = read_text(tmp_path, shopify(variants=variants, images=IMAGES), SHOP)
    assert set(products) == {"tee-red", "tee-blue"}
    assert warning.severity == "warning"


def test_drafts_of_the_admin_api_are_left_out_and_stock_is_read(tmp_path: Path) -> None:
    sold_out = {
        "sku": "S",
        "inventory_management": "shopify",
        "inventory_quantity": 0,
        "inventory_policy": "deny",
    }
    products, _ = read_text(tmp_path, shopify(variants=[sold_out], images=IMAGES), SHOP)
    assert products["S"].availability is Availability.OUT_OF_STOCK
    assert not read_text(tmp_path, shopify(variants=[sold_out], images=IMAGES, status="draft"), SHOP)[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (WOO, Format.WOOCOMMERCE_CSV),
        (MAGENTO, Format.MAGENTO_CSV),
        (PRESTA, Format.PRESTASHOP_CSV),
        (PRESTA_LIST, Format.PRESTASHOP_CSV),
        (BIG, Format.BIGCOMMERCE_CSV),
        (OLD_BIG, Format.BIGCOMMERCE_CSV),
        (shopify(variants=VARIANTS), Format.SHOPIFY_JSON),
        ("id,title,image_link,type,name,images,parent\n", Format.GOOGLE_CSV),
        ("sku,name,image,price\n", Format.GOOGLE_CSV),
    ],
)
def test_each_export_is_told_by_its_header(tmp_path: Path, text: str, expected: Format) -> None:
    assert detected(tmp_path, text) is expected
    assert detected(tmp_path, f"\ufeff{text}") is expected


@pytest.mark.parametrize("text", [WOO, MAGENTO, PRESTA, BIG])
def test_without_a_currency_prices_are_left_out_with_one_warning(tmp_path: Path, text: str) -> None:
    products, issues = read_text(tmp_path, text, UNKNOWN_SHOP)
    assert all(product.price is None for product in products.values())
    assert sum("SPARK_VISION_SHOP_CURRENCY" in issue.reason for issue in issues) == 1
    assert not any("price" in issue.reason for issue in issues[1:])


@pytest.mark.parametrize("text", [WOO, MAGENTO])
def test_exports_that_are_read_twice_may_be_packed(tmp_path: Path, text: str) -> None:
    expected, _ = read_text(tmp_path, text, SHOP)
    assert read_text(tmp_path, gzip.compress(text.encode()), SHOP)[0] == expected


META = """# Required | id,# Required | title,,,,,
id,title,description,availability,condition,price,link,image_link,brand,google_product_category,sale_price,item_group_id,color,\
additional_image_link,image[1].url,gtin
1,Tee,<b>Soft</b>,in stock,new,20.00 EUR,https://x.example/1,//x.example/1.jpg,Acme,Apparel > Tops,15.00 EUR,g,red,b.jpg,c.jpg,4006381333931
"""


def test_metas_catalogue_template(tmp_path: Path) -> None:
    (tee,), issues = (
        list(found.values()) if isinstance(found, dict) else found for found in read_text(tmp_path, META)
    )
    assert tee.images == ("https://x.example/1.jpg", "b.jpg", "c.jpg")
    assert (prices(tee), tee.product_type, tee.description) == (
        ("15.00 EUR", "20.00 EUR"),
        "Apparel > Tops",
        "Soft",
    )
    assert not issues
