"""Issues of a feed grouped by their reason, and as a table for a spreadsheet."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO

from spark_vision.catalogue.attributes import ATTRIBUTES
from spark_vision.core.product import FeedIssue

EXAMPLES = 5
COLUMNS = ("line", "product_id", "severity", "attribute", "reason", "image")
_MAX_GROUPS = 500
# What differs between issues of one reason: quoted values, numbers, amounts.
_VALUE = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|&\w+;|\b\d[\d.,]*\b")
_WORD = re.compile(r"[a-z_]+")


@dataclass(slots=True)
class IssueGroup:
    """Issues of one reason.

    Attributes:
        reason: The reason, with `…` for what differs.
        severity: `refused` or `warning`.
        attribute: The attribute that is at fault, or empty.
        count: How many there are.
        examples: The first of them.
    """

    reason: str
    severity: str
    attribute: str
    count: int = 0
    examples: list[FeedIssue] = field(default_factory=list)


class IssueGroups:
    """Groups issues as they come; memory does not grow with their number."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str], IssueGroup] = {}

    def add(self, issue: FeedIssue) -> None:
        """Count an issue; it is an example if it is among the first of its group."""
        reason = kind_of(issue.reason)
        if (reason, issue.severity) not in self._groups and len(self._groups) >= _MAX_GROUPS:
            reason = "other reasons"
        new = IssueGroup(reason, issue.severity, attribute_at_fault(issue.reason))
        group = self._groups.setdefault((reason, issue.severity), new)
        group.count += 1
        if len(group.examples) < EXAMPLES:
            group.examples.append(issue)

    def groups(self) -> list[IssueGroup]:
        """Return the groups: refusals first, then by count."""
        return sorted(self._groups.values(), key=lambda group: (group.severity != "refused", -group.count))


def group_issues(issues: Iterable[FeedIssue]) -> list[IssueGroup]:
    """Return issues grouped by reason: refusals first, then by count."""
    groups = IssueGroups()
    for issue in issues:
        groups.add(issue)
    return groups.groups()


def kind_of(reason: str) -> str:
    """Return a reason with `…` for what differs between issues of one kind.

    >>> kind_of("price '15.00' has no currency, such as 15.00 USD")
    'price … has no currency, such as … USD'
    """
    return _VALUE.sub("…", reason)


def attribute_at_fault(reason: str) -> str:
    """Return the attribute that a reason begins with, or an empty text.

    >>> attribute_at_fault("sale_price 'x' is no amount"), attribute_at_fault("the row has 4 cells")
    ('sale_price', '')
    """
    found = _WORD.match(reason)
    return found[0] if found is not None and found[0] in ATTRIBUTES else ""


class IssueTable:
    """Issues as CSV with a header.

    A cell that a spreadsheet would run as a formula is quoted with an apostrophe.
    """

    def __init__(self, file: IO[str]) -> None:
        self._writer = csv.writer(file)
        self._writer.writerow(COLUMNS)

    def add(self, issue: FeedIssue) -> None:
        """Write an issue."""
        line = "" if issue.line is None else str(issue.line)
        attribute = attribute_at_fault(issue.reason)
        cells = (line, issue.product_id, issue.severity, attribute, issue.reason, issue.image)
        self._writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
