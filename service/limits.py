"""How often somebody may ask: a bucket of requests for each caller, that fills again as time goes by."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from service.problems import problem

# Whoever tries keys out is stopped soon; whoever mistyped one is not.
BAD_CREDENTIALS_PER_MINUTE = 120
# Each that is begun is written down; a whole university may come from one address.
SIGN_INS_PER_MINUTE = 300
# The buckets of those who asked last; an attacker with many addresses fills no memory.
_MOST_CALLERS = 10_000


class Limiter:
    """Buckets of one kind. Safe to share among threads."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str) -> None:
        """Let a caller ask once more.

        Raises:
            Problem: 429, it asked too often, with the seconds to wait.
        """
        if not self.per_minute:
            return
        rate, at = self.per_minute / 60, time.monotonic()
        with self._lock:
            left, since = self._buckets.pop(caller, (float(self.per_minute), at))
            left = min(self.per_minute, left + (at - since) * rate)
            is_allowed = left >= 1
            self._buckets[caller] = (left - 1 if is_allowed else left, at)
            if len(self._buckets) > _MOST_CALLERS:
                self._buckets.popitem(last=False)
        if not is_allowed:
            wait = str(int((1 - left) / rate) + 1)
            message = f"more than {self.per_minute} requests in a minute"
            raise problem(429, "too-many-requests", message, "", f"wait {wait} s", {"Retry-After": wait})
