"""Settings that are not as they should be: one clear line that names them."""

import sys
from pathlib import Path

import pytest

from spark_vision.app.settings import Settings
from spark_vision.cli.app import main
from spark_vision.core.errors import SettingsError


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "should"),
    [
        ("KEEP_VERSIONS", "abc", "it should be a valid integer."),
        ("KEEP_VERSIONS", "0", "it should be greater than 0."),
        ("MIN_RECALL", "high", "it should be a valid number."),
        ("ANONYMOUS_BROWSING", "perhaps", "it should be a valid boolean."),
        ("LOG_LEVEL", "loud", "it should be 'debug', 'info', 'warning' or 'error'."),
        ("CLICK_PARAMETER", "a b", "it should match pattern '^[A-Za-z0-9_-]{0,40}$'."),
        ("COMMISSION_RATES", "{bad", 'it should be JSON, such as {"": 500}.'),
        ("COMMISSION_RATES", "[500]", 'it should be JSON, such as {"": 500}.'),
        ("PICTURE_NETWORKS", "10.2.0.0/16", 'it should be JSON, such as ["10.2.0.0/16"].'),
        ("SHOP_CURRENCY", "euro", "it should be three letters, such as EUR."),
        ("DEVICE", "foo", "it should be auto, cpu, cuda, one of several such as cuda:1, or mps."),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_is_and_should_be(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, should: str
) -> None:
    monkeypatch.setenv(f"SPARK_VISION_{name}", value)
    with pytest.raises(SettingsError) as wrong:
        Settings()
    assert wrong.value.message == f'SPARK_VISION_{name} is "{value}": {should}'


def test_a_wrong_value_within_a_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_VISION_COMMISSION_RATES", '{"Home": "much"}')
    with pytest.raises(SettingsError, match=r"^SPARK_VISION_COMMISSION_RATES\.Home is .much.: it should be"):
        Settings()


def test_all_that_is_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_VISION_KEEP_VERSIONS", "abc")
    monkeypatch.setenv("SPARK_VISION_LOG_LEVEL", "loud")
    with pytest.raises(SettingsError, match=r"KEEP_VERSIONS.*LOG_LEVEL"):
        Settings()


def test_a_file_of_settings_that_is_no_text_is_named() -> None:
    Path(".env").write_bytes("SPARK_VISION_SHOP_URL=https://café".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"^\.env: is not UTF-8 text"):
        Settings()


def test_a_currency_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPARK_VISION_SHOP_CURRENCY", "eur")
    assert Settings().shop_currency == "EUR"


def test_every_command_ends_with_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SPARK_VISION_KEEP_VERSIONS", "abc")
    for command in ("index list", "users list", "store check", "demo", "serve", "suggest photo.jpg"):
        monkeypatch.setattr(sys, "argv", ["spark-vision", *command.split()])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        assert (left.value.code, said.out) == (2, "")
        assert (
            said.err == 'spark-vision: SPARK_VISION_KEEP_VERSIONS is "abc": it should be a valid integer.\n'
        )
