import re
from pathlib import Path

import pytest

from spark_vision.core.errors import DatasetError
from spark_vision.core.geometry import Box
from spark_vision.evaluation.datasets import read_dataset

HEADER = "photo,product_ids,split,x,y,width,height\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "catalogue.csv").write_text('id,title\nmug,"Mug, blue"\nvase,Vase\n', encoding="utf-8")
    (tmp_path / "photos").mkdir()
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / "photos" / name).touch()
    return tmp_path


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    (folder / "photos.csv").write_bytes(text.encode(encoding))
    return folder


def test_every_row_is_a_query(folder: Path) -> None:
    write(
        folder,
        HEADER
        + "photos/a.jpg,mug|vase,val,,,,\n"
        + "photos/a.jpg,mug,val,0.1,0.2,0.5,0.25\n"
        + "\n"
        + "photos/b.jpg,,train\n",
    )
    dataset = read_dataset(folder)
    whole, crop, other = dataset.queries
    assert dataset.product_ids == {"mug", "vase"}
    assert (whole.photo, whole.box, whole.relevant) == (folder / "photos/a.jpg", None, {"mug", "vase"})
    assert (crop.photo, crop.box, crop.relevant) == (whole.photo, Box(0.1, 0.2, 0.5, 0.25), {"mug"})
    assert (other.relevant, other.split, other.line) == (frozenset(), "train", 5)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_reading_is_lenient(folder: Path, encoding: str, delimiter: str) -> None:
    text = " Photo ,PRODUCT_IDS,Split\r\n ./photos/a.jpg , mug | vase| ,val\r\n"
    (query,) = read_dataset(write(folder, text.replace(",", delimiter), encoding)).queries
    assert (query.photo, query.relevant) == (folder / "photos/a.jpg", {"mug", "vase"})


def test_windows_1252_is_read_alike_in_both_files(folder: Path) -> None:
    (folder / "catalogue.csv").write_bytes("id\ncafé\n".encode("cp1252"))
    write(folder, "photo,product_ids,split\nphotos/a.jpg,café,val\n")
    assert read_dataset(folder).queries[0].relevant == {"café"}


def test_lines_are_counted_in_the_file_not_in_rows(folder: Path) -> None:
    write(folder, 'photo,product_ids,split,note\nphotos/a.jpg,mug,val,"two\nlines"\nphotos/b.jpg,mug,val,\n')
    assert [query.line for query in read_dataset(folder).queries] == [2, 4]


def test_a_split_is_chosen_by_name(folder: Path) -> None:
    rows = "photos/a.jpg,mug,train\nphotos/b.jpg,vase,val\nphotos/b.jpg,mug,train\n"
    dataset = read_dataset(write(folder, "photo,product_ids,split\n" + rows))
    assert dataset.splits == ("train", "val")
    assert [query.line for query in dataset.only("train").queries] == [2, 4]
    assert dataset.only(None) is dataset
    with pytest.raises(DatasetError, match=r"no split 'test'; choose one of train, val\."):
        dataset.only("test")


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("photos/a.jpg,cup,val,,,,", "product_ids", "'cup' is no product of catalogue.csv"),
        ("photos/a.jpg,mug,,,,,", "split", "is empty"),
        ("photos/c.jpg,mug,val,,,,", "photo", "there is no picture file 'photos/c.jpg'"),
        ("photos,mug,val,,,,", "photo", "there is no picture file 'photos'"),
        (",mug,val,,,,", "photo", "there is no picture file ''"),
        ("/photos/a.jpg,mug,val,,,,", "photo", "'/photos/a.jpg' leaves the dataset"),
        ("C:\\a.jpg,mug,val,,,,", "photo", "leaves the dataset"),
        ("photos/../../a.jpg,mug,val,,,,", "photo", "leaves the dataset"),
        ("photos\\..\\..\\a.jpg,mug,val,,,,", "photo", "leaves the dataset"),
        ("photos/a.jpg,mug,val,0.1,0.1,,0.5", "width", "is empty; a box wants all of"),
        ("photos/a.jpg,mug,val,0.1,left,0.5,0.5", "y", "'left' is no number"),
        ("photos/a.jpg,mug,val,0.6,0.1,0.5,0.5", "x,y,width,height", "A box lies within the picture"),
        ("photos/a.jpg,mug,val,0.1,0.1,0,0.5", "x,y,width,height", "above 0"),
        ("photos/a.jpg,mug,val,nan,0.1,0.5,0.5", "x,y,width,height", "finite"),
    ],
)
def test_an_error_names_file_line_and_field(folder: Path, row: str, field: str, reason: str) -> None:
    write(folder, HEADER + "photos/b.jpg,vase,val,,,,\n" + row + "\n")
    place = re.escape(f"{folder / 'photos.csv'}, line 3, {field}: ")
    with pytest.raises(DatasetError, match=f"^{place}.*{re.escape(reason)}"):
        read_dataset(folder)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the header has no column photo, product_ids, split"),
        ("photo,split\n", "line 1: the header has no column product_ids"),
        ("photo,product_ids,split\n", "there are no photos in it"),
        ("photo,product_ids,split\na,b,c,d\n", "line 2: the row has 4 cells, the header 3"),
        ("photo,product_ids,split\n" + "a" * 140_000 + ",b,c\n", "line 2: the row cannot be read"),
    ],
)
def test_a_table_that_is_none_is_refused(folder: Path, text: str, reason: str) -> None:
    with pytest.raises(DatasetError, match=r"photos\.csv.*" + re.escape(reason)):
        read_dataset(write(folder, text))


@pytest.mark.parametrize("name", ["photos.csv", "catalogue.csv"])
def test_both_files_must_be_there(folder: Path, name: str) -> None:
    write(folder, HEADER)
    (folder / name).unlink()
    with pytest.raises(DatasetError, match=f"{re.escape(name)}: cannot be read .No such file"):
        read_dataset(folder)


def test_a_catalogue_wants_ids(folder: Path) -> None:
    write(folder, HEADER)
    (folder / "catalogue.csv").write_text("title\nMug\n", encoding="utf-8")
    with pytest.raises(DatasetError, match=r"catalogue\.csv, line 1: the header has no column id"):
        read_dataset(folder)
