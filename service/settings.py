"""What an operator can set, from the environment: every variable starts with `SAFECONDUCT_`."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import Fault, FaultsError, did_you_mean
from engine.law.files import default_rulesets

PREFIX = "SAFECONDUCT_"
_LEVELS = ("debug", "info", "warning", "error")
log = logging.getLogger("safeconduct.service")


class SettingsError(FaultsError):
    """Settings that cannot be used."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one service.

    Attributes:
        rulesets: Folder of the law (`SAFECONDUCT_RULESETS`).
        body_limit: Largest request body in bytes (`SAFECONDUCT_BODY_LIMIT`).
        leg_limit: Most pairs of a transfer and a data set in one arrangement (`SAFECONDUCT_LEG_LIMIT`). Each pair is
            decided under every instrument that can reach it, so this bounds what one request can cost.
        docs: Whether documentation pages are served (`SAFECONDUCT_DOCS`, on or off).
        log_level: debug, info, warning or error (`SAFECONDUCT_LOG_LEVEL`).
        trial_seconds: How long the law may take to be tried out before it is served (`SAFECONDUCT_TRIAL_SECONDS`).
    """

    rulesets: Path = field(default_factory=default_rulesets)
    body_limit: int = 2 * 1024 * 1024
    leg_limit: int = 300
    docs: bool = True
    log_level: str = "info"
    trial_seconds: int = 120


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of an environment, by default the process's own.

    Raises:
        SettingsError: Every value that cannot be used.
    """
    given = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, read in _READERS.items():
        text = given.get(PREFIX + name.upper())
        if text is None:
            continue
        try:
            values[name] = read(text)
        except ValueError as error:
            faults.append(Fault("bad-setting", f"`{text}` is not {error}", PREFIX + name.upper()))
    if faults:
        raise SettingsError(faults)
    _warn_of_others(given)
    return Settings(**values)


def _warn_of_others(given: Mapping[str, str]) -> None:
    # Not refused: an orchestrator may put variables with our prefix there, named after the service.
    known = [PREFIX + name.upper() for name in _READERS]
    for name in given:
        hint = did_you_mean(name, known) if name.startswith(PREFIX) and name not in known else ""
        if hint:
            log.warning("unknown setting", extra={"setting": name, "help": hint})


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not int(text):
        raise ValueError("a whole number above zero")
    return int(text)


def _switch(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise ValueError("`on` or `off`")
    return text.lower() == "on"


def _level(text: str) -> str:
    if text.lower() not in _LEVELS:
        raise ValueError(f"one of {', '.join(_LEVELS)}")
    return text.lower()


def _folder(text: str) -> Path:
    if not text:
        raise ValueError("a folder")
    return Path(text)


_READERS: dict[str, Callable[[str], Any]] = {
    "rulesets": _folder,
    "body_limit": _positive,
    "leg_limit": _positive,
    "docs": _switch,
    "log_level": _level,
    "trial_seconds": _positive,
}
