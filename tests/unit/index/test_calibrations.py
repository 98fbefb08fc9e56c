import pytest

from spark_vision.core.errors import IndexDamagedError, IndexVersionError
from spark_vision.index.calibrations import CALIBRATION, keep_calibration, read_calibration


def test_what_is_kept_is_read_again(tmp_path):
    assert read_calibration(tmp_path) is None
    keep_calibration(tmp_path, {"weights": [1.5], "word": "é"})
    assert read_calibration(tmp_path) == {"weights": [1.5], "word": "é"}


@pytest.mark.parametrize("change", [lambda text: text.replace("1.5", "2.5"), lambda text: text[:9]])
def test_a_changed_file_is_refused(tmp_path, change):
    path = keep_calibration(tmp_path, {"weights": [1.5]})
    path.write_text(change(path.read_text()))
    with pytest.raises(IndexDamagedError, match=CALIBRATION):
        read_calibration(tmp_path)


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / f".{CALIBRATION}.new").mkdir()
    with pytest.raises(IndexVersionError, match=f"{CALIBRATION}: cannot be written"):
        keep_calibration(tmp_path, {"weights": [1.5]})
