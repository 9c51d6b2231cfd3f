"""Fire productions with durable_rules: the only module that imports it.

The library is a fast matcher that crashes, hangs or lies when used carelessly. It gets to see only
networks that passed `check_rules` and facts made of their tokens, through its C entry points, in one
permanent session per handle and one flat fact at a time. In each stratum a sentinel fires for every
fact, after all other productions, so that "nothing fired" can be told from a fact that was lost.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from itertools import count

import durable_rules_engine as library

from engine.errors import EvaluationError
from engine.inference.network import Production, attribute_names, check_rules, plan_network
from engine.inference.wire import BOOT_FACT, BOOT_FRAME, RETRACTION, SESSION, FactTable, definition

_serial = count(1)


class DurableFailure(EvaluationError):
    """The library did something unexpected, or was asked to; nothing follows about the fact."""


class Handle:
    """A network registered with the library, until `close`. Threads may share it."""

    def __init__(self, name: str, productions: Sequence[Production], *, attributes: Iterable[str] = ()) -> None:
        """Register `productions`.

        Args:
            name: Tells the handle in messages; a number makes it unique in the process.
            attributes: Names that tokens may have although no production tests them, such as those of
                the other parts of a split network. The library never sees them.
        Raises:
            NetworkLimit: The productions do not pass `check_network`.
            DurableFailure: The library refused them.
        """
        rules = plan_network(productions)
        check_rules(rules)
        self.name = f"{name}.{next(_serial)}"
        self.attributes = attribute_names(productions).union(attributes)
        self._tables = {s: FactTable(s, rules, self.attributes) for s in {rule.stratum for rule in rules}}
        self._names = {rule.name: rule.production for rule in rules}
        self._lock = threading.Lock()
        try:
            self._session = _Session(library.create_ruleset(self.name, definition(rules)))
        except Exception as error:
            raise DurableFailure(f"network `{self.name}` could not be registered: {error}") from error
        self._release = weakref.finalize(self, self._session.dispose)
        # The process gives everything back anyway, and a thread may still be firing.
        self._release.atexit = False

    def fire(self, stratum: int, tokens: Mapping[str, str]) -> frozenset[str]:
        """Return the names of the productions that fire for one fact.

        Args:
            stratum: Where no production has this stratum, nothing fires.
            tokens: Value by attribute. Attributes are among `self.attributes`.
        Raises:
            DurableFailure: A token is unknown, the handle is closed, or the library misbehaved.
        """
        table = self._tables.get(stratum)
        try:
            fact = table.fact(tokens) if table is not None else ""
        except (LookupError, TypeError) as error:
            raise DurableFailure(f"network `{self.name}`, stratum {stratum}: {error}") from error
        with self._lock:
            if self._session.is_closed:
                raise DurableFailure(f"network `{self.name}` is closed or beyond repair")
            if table is None:
                return frozenset()
            try:
                names = self._names
                frames = self._session.exchange(fact, table.sentinel)
                return frozenset([names[frame[2 : frame.index('"', 2)]] for frame in frames])
            except BaseException as error:
                self._session.reset()
                if not isinstance(error, Exception):
                    raise
                raise DurableFailure(f"network `{self.name}`, stratum {stratum}: {error}") from error

    @property
    def healthy(self) -> bool:
        """Whether the handle is open and its session fires the boot rule; one that does not is reset."""
        with self._lock:
            if self._session.is_closed:
                return False
            try:
                self._session.boot()
            except Exception:  # noqa: BLE001 - whatever it is, the answer is no
                self._session.reset()
                return False
            return True

    def close(self) -> None:
        """Give the session and the network back. Closing again does nothing."""
        with self._lock:
            self._release()

    def __enter__(self) -> Handle:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class _Session:
    """The one session of a registered network; its handle has the lock."""

    def __init__(self, network: int) -> None:
        self.is_closed = False
        self._network = network
        self._offset = 0
        # To delete a session in which no action ever ran is to free memory that was never set.
        self._has_acted = False
        try:
            self.boot()
        except BaseException:
            self.dispose()
            raise

    def boot(self) -> None:
        """Fire the boot rule, which makes the session where there is none."""
        code, self._offset = library.assert_fact(self._network, BOOT_FACT)
        self._drain(code, BOOT_FRAME)

    def exchange(self, fact: str, sentinel: str) -> list[str]:
        """Assert a fact, drain what fired, retract the fact; return the frames without the sentinel's."""
        code, offset = library.assert_fact(self._network, fact)
        if offset != self._offset:
            raise RuntimeError("the fact went to another session")
        return self._drain(code, sentinel)

    def _drain(self, code: int, sentinel: str) -> list[str]:
        network, offset, advance = self._network, self._offset, library.complete_and_start_action
        if code:
            raise RuntimeError(f"the fact was not taken, code {code}")
        frames: list[str] = []
        started = library.start_action_for_state(network, offset)
        frame = started[1] if started else None
        while frame is not None:
            frames.append(frame)
            frame = advance(network, offset)
        self._has_acted = self._has_acted or bool(frames)
        if not frames or not frames.pop().startswith(sentinel):
            raise RuntimeError("the sentinel did not fire last")
        if library.retract_fact(network, RETRACTION) != (0, offset):
            raise RuntimeError("the fact could not be retracted")
        return frames

    def reset(self) -> None:
        """Replace the session by a new one; where that fails, it stays closed for good."""
        self.is_closed = True
        try:
            if self._has_acted:
                self._has_acted = False
                library.delete_state(self._network, SESSION)
            self.boot()
        except Exception:  # noqa: BLE001 - the failure that led here is the one to report
            return
        self.is_closed = False

    def dispose(self) -> None:
        """Delete the session, then the network: the other way round the session's memory is lost."""
        self.is_closed = True
        if self._has_acted:
            library.delete_state(self._network, SESSION)
        library.delete_ruleset(self._network)
