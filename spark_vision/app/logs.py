"""How the program logs: one line an event, as JSON for machines or as text for people."""

import logging
import sys
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from structlog.typing import Processor


def set_up_logs(level: str, form: str = "auto") -> None:
    """Send what is logged (structlog's and the standard library's) to standard error in one form.

    level: debug, info, warning, error; form: json, text, or auto (text on a terminal alone).
    """
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(shared, as_json=form == "json" or (form == "auto" and not _terminal())))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())


def _formatter(shared: "list[Processor]", *, as_json: bool) -> logging.Formatter:
    ends: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        ends += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        ends += [structlog.dev.ConsoleRenderer(colors=_terminal())]
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=ends)


def _terminal() -> bool:
    return sys.stderr.isatty()
