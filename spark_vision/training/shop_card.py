"""The card of a shop's own model: where it comes from, what it learnt from, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CARD = """---
name: {name}
base: {base}
---

# {name}

{base}, fine-tuned by `spark-vision train` on one shop's catalogue pictures, titles and confirmed tags.

| learnt from | |
|---|---|
{facts}

## Figures

On confirmed regions of photos that it did not learn from, each among all products of the catalogue. The
interval is a paired 95 % bootstrap over photos of the difference.

| figure | {base} | {name} | difference |
|---|---|---|---|
{figures}

It was made for that shop: on other shops' products it can be worse than {base}. It is licensed as {base} is,
and its weights come from the shop's pictures, so whoever may not have those should not have it.
"""


@dataclass(frozen=True)
class Before:
    """A figure before and after, with the interval of the difference where it has one."""

    before: float
    after: float
    interval: tuple[float, float] | None


def shop_card(name: str, base: str, facts: Mapping[str, int], figures: Mapping[str, Before]) -> str:
    """The card as Markdown.

    Args:
        name: of the model.
        base: MODEL that it began as.
        facts: what it learnt from, by name.
        figures: by name.
    """
    lines = [f"| {what} | {count:,} |" for what, count in facts.items()]
    rows = [
        f"| {what} | {figure.before:.3f} | {figure.after:.3f} | {_change(figure)} |"
        for what, figure in figures.items()
    ]
    return CARD.format(name=name, base=base, facts="\n".join(lines), figures="\n".join(rows))


def _change(figure: Before) -> str:
    change = f"{figure.after - figure.before:+.3f}"
    if figure.interval is None:
        return change
    return f"{change} ({figure.interval[0]:+.3f} to {figure.interval[1]:+.3f})"
