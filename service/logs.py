"""Log records as one line of JSON each, with the ids of the request and the trace they belong to.

No personal data: of a failure its kinds and its places in the code are written, and not what it says, since that may
repeat what it was about. At level `debug`, which is not for real data, messages are written too.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime

from opentelemetry import trace

request_id: ContextVar[str] = ContextVar("request_id", default="")
# What every record has; the rest was given as `extra`.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}
# The one tells of itself at every start, the other writes addresses of webhooks, which may hold a secret.
_TALKATIVE = ("alembic", "httpx2")


class JsonLines(logging.Formatter):
    """One JSON object per record.

    Attributes:
        with_messages: Whether a failure is written with what it says.
    """

    def __init__(self, with_messages: bool = False) -> None:
        super().__init__()
        self.with_messages = with_messages

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line; control characters in it are escaped."""
        entry: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            entry["request_id"] = request_id.get()
        traced = trace.get_current_span().get_span_context()
        if traced.is_valid:
            entry["trace_id"] = trace.format_trace_id(traced.trace_id)
        entry |= {key: value for key, value in vars(record).items() if key not in _USUAL}
        if record.exc_info and record.exc_info[1]:
            told = self.formatException(record.exc_info) if self.with_messages else "\n".join(_bare(record.exc_info[1]))
            entry["exception"] = told
        return json.dumps(entry, default=str)


def _bare(error: BaseException) -> Iterator[str]:
    """Yield the places and the kind of a failure, after those of what it came from."""
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _bare(earlier)
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"{frame.filename}:{frame.lineno} {frame.name}"
    # An error of the system says which one it is without a word of ours.
    number = f" {error.errno}" if isinstance(error, OSError) and error.errno else ""
    yield f"{type(error).__module__}.{type(error).__qualname__}{number}"


def configure(level: str) -> None:
    """Send everything that is logged to standard error, as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(with_messages=level == "debug"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
