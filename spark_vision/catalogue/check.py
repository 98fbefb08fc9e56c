"""A dry run over a feed: what it holds and what is wrong with it, without a picture or a version."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from spark_vision.catalogue.issue_groups import IssueGroups, attribute_at_fault
from spark_vision.catalogue.read import Source
from spark_vision.core.product import FeedIssue, FeedRow, Product

MAX_ITEMS = 10_000
ATTRIBUTES = tuple(
    "title description link image_link additional_image_link price sale_price availability brand product_type"
    " color material pattern size gender item_group_id gtin".split()
)


@dataclass(slots=True)
class CheckedItem:
    """An item of a feed with its issues.

    Attributes:
        id: The product's id, or empty if the row has none.
        line: The feed's line, or None.
        status: `warning` or `refused`.
        issues: Each with its attribute, severity and reason.
    """

    id: str
    line: int | None
    status: str
    issues: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class FeedCheck:
    """What a dry run found.

    Attributes:
        source: The feed.
        format: The format that it was read as.
        products: Number of products.
        refused: Number of issues that leave out a product.
        warnings: Number of issues that drop a field.
        attributes: For each attribute, the number of products that have it.
        groups: Issues by reason.
        items: The items with issues, at most 10,000.
        items_left_out: Number of items with issues beyond those.
    """

    source: str
    format: str
    products: int = 0
    refused: int = 0
    warnings: int = 0
    attributes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ATTRIBUTES, 0))
    groups: IssueGroups = field(default_factory=IssueGroups)
    items: dict[tuple[str, int | None], CheckedItem] = field(default_factory=dict)
    items_left_out: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the check as JSON values."""
        return {
            "source": self.source,
            "format": self.format,
            "counts": {"products": self.products, "refused": self.refused, "warnings": self.warnings},
            "attributes": [
                {"attribute": name, "present": count, "missing": self.products - count}
                for name, count in self.attributes.items()
            ],
            "issues": [asdict(group) for group in self.groups.groups()],
            "items": [asdict(item) for item in self.items.values()],
            "items_left_out": self.items_left_out,
        }


def check_feed(source: Source, on_issue: Callable[[FeedIssue], None] | None = None) -> FeedCheck:
    """Read a feed and report. Nothing is written, and no picture is read.

    Args:
        source: The feed.
        on_issue: Called with each issue, in order.

    Raises:
        CatalogueError: If the feed as a whole cannot be read.
    """
    check = FeedCheck(str(source.path), str(source.detected()))
    seen: set[str] = set()
    for row in source.rows():
        if isinstance(row, FeedRow) and row.product.id not in seen:
            seen.add(row.product.id)
            _count(check, row.product)
            continue
        issue = row if isinstance(row, FeedIssue) else _repeated(row)
        _add(check, issue)
        if on_issue is not None:
            on_issue(issue)
    return check


def _repeated(row: FeedRow) -> FeedIssue:
    return FeedIssue("id stands on an earlier row, too", product_id=row.product.id, line=row.line)


def _count(check: FeedCheck, product: Product) -> None:
    check.products += 1
    for name in ATTRIBUTES:
        check.attributes[name] += _has(product, name)


def _has(product: Product, name: str) -> bool:
    match name:
        case "image_link":
            return True
        case "additional_image_link":
            return len(product.images) > 1
        case "sale_price":
            return product.regular_price is not None
        case "title":
            return product.title != product.id
        case _:
            return bool(getattr(product, name))


def _add(check: FeedCheck, issue: FeedIssue) -> None:
    check.groups.add(issue)
    check.refused += issue.severity == "refused"
    check.warnings += issue.severity == "warning"
    key = (issue.product_id, None if issue.product_id else issue.line)
    if key not in check.items and len(check.items) >= MAX_ITEMS:
        check.items_left_out += 1
        return
    item = check.items.setdefault(key, CheckedItem(issue.product_id, issue.line, "warning"))
    item.status = "refused" if "refused" in (item.status, issue.severity) else "warning"
    attribute = attribute_at_fault(issue.reason)
    item.issues.append({"attribute": attribute, "severity": issue.severity, "reason": issue.reason})
