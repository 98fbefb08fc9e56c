"""`spark-vision models ...`."""

from pathlib import Path
from typing import Annotated

import typer

from spark_vision.cli import console
from spark_vision.cli.index import AsJson
from spark_vision.core.errors import ModelNotFoundError
from spark_vision.embedding.bundled import DEFAULT_MODEL, BundledModel, bundled_model, bundled_models

app = typer.Typer(no_args_is_help=True, help="The models that come with Spark Vision.")


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List the bundled models."""
    models = bundled_models()
    if as_json:
        console.print_json([_facts(model) for model in models])
        return
    table = console.table("model", "dimension", "picture", "size", "")
    for model in models:
        facts = _facts(model)
        mark = "default" if model.name == DEFAULT_MODEL else ""
        size = f"{model.size / 1e6:.1f} MB"
        table.add_row(model.name, str(facts["dimension"]), f"{facts['image_size']} px", size, mark)
    console.out.print(table)
    console.out.print(
        "\nAlso: ARCHITECTURE/TAG of open_clip (ViT-B-32/laion2b_s34b_b79k), hf-hub:ORG/NAME, local-dir:PATH."
    )


@app.command()
def show(name: Annotated[str, typer.Argument(help="A bundled model.")], as_json: AsJson = False) -> None:
    """Show a model's card."""
    model = bundled_model(name)
    if model is None:
        known = ", ".join(model.name for model in bundled_models()) or "none"
        raise ModelNotFoundError(f"There is no bundled model {name!r}; there is {known}.")
    if as_json:
        console.print_json({**_facts(model), "config": model.config, "card": model.card})
    else:
        console.out.print(model.card)


@app.command("export-onnx")
def export(folder: Annotated[Path, typer.Argument(help="A model folder in open_clip's form.")]) -> None:
    """Add ONNX graphs to a model folder, so that it runs without PyTorch and faster on a CPU."""
    from spark_vision.training.onnx_graphs import add_onnx_graphs

    export = add_onnx_graphs(folder)
    towers = "both towers" if export.text else "the image tower"
    console.out.print(f"{folder} now has ONNX graphs of {towers}; its weights and fingerprint are the same.")
    if not export.text:
        console.err.print(f"PyTorch runs its texts: {export.reason}")


def _facts(model: BundledModel) -> dict[str, object]:
    config = model.config["model_cfg"]
    return {
        "name": model.name,
        "default": model.name == DEFAULT_MODEL,
        "dimension": config["embed_dim"],
        "image_size": config["vision_cfg"]["image_size"],
        "bytes": model.size,
    }
