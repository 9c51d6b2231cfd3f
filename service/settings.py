"""What an operator can set: variables of the environment that start with `SAFECONDUCT_`, and a file beside them.

`SAFECONDUCT_SETTINGS` names the file, in TOML, with the same names in small letters and without the prefix. The
environment is stronger.
"""

from __future__ import annotations

import json
import logging
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any

from engine.errors import Fault, FaultsError, did_you_mean
from engine.law.files import default_rulesets
from service import readers
from service.access.grants import Grant, read_grants, shown_grants
from service.storage.database import read_url, shown_url

PREFIX = "SAFECONDUCT_"
# They may hold a password, which no message repeats.
_SECRET = frozenset({"database", "oidc_client_secret", "trace_endpoint"})
log = logging.getLogger("safeconduct.service")


def default_data() -> Path:
    """Return the folder for data of this user."""
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "safeconduct"


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
        database: `none`, and nothing is stored; an address of PostgreSQL; or a file of SQLite (`SAFECONDUCT_DATABASE`).
            Empty: the embedded default, a file in `data`.
        data: Folder of what the service keeps itself, such as the embedded database (`SAFECONDUCT_DATA`).
        anonymous: Whether somebody without credentials may read the law and have arrangements decided that are not
            stored (`SAFECONDUCT_ANONYMOUS`, on or off). None: only with the embedded default or no database at all, on
            an address that other machines cannot reach, neither themselves nor through a proxy that says so.
        webhook_networks: Networks that webhooks may reach though they are not public, separated by commas
            (`SAFECONDUCT_WEBHOOK_NETWORKS`), such as `10.1.0.0/16`. Empty: none.
        workers: Whether this process sends webhooks and watches agreements (`SAFECONDUCT_WORKERS`, on or off).
        rate_limit: Most requests of one key or person in a minute, or of one address without credentials
            (`SAFECONDUCT_RATE_LIMIT`). 0: as many as they like.
        batch_limit: Largest body of a batch in bytes (`SAFECONDUCT_BATCH_LIMIT`).
        request_seconds: How long a client may take to send the head of a request, and again its body, or the next line
            of a batch (`SAFECONDUCT_REQUEST_SECONDS`).
        trace_endpoint: Where traces are sent by OTLP over HTTP (`SAFECONDUCT_TRACE_ENDPOINT`), such as
            `http://127.0.0.1:4318/v1/traces`. Empty: nothing is traced. What the collector wants to be told to let
            somebody in stands in `OTEL_EXPORTER_OTLP_HEADERS`.
        trace_service: The name of the service in traces (`SAFECONDUCT_TRACE_SERVICE`).
        trace_ratio: The share of traces that is sent, of those that no caller began (`SAFECONDUCT_TRACE_RATIO`).
        public_url: Address by which people reach the service, such as `https://safeconduct.example`
            (`SAFECONDUCT_PUBLIC_URL`). Needed for signing in: what a request says of its host is not believed.
        oidc_issuer: Address of the OpenID provider that people sign in at (`SAFECONDUCT_OIDC_ISSUER`). Empty: nobody
            signs in, and keys are the only credentials.
        oidc_client_id: How the provider knows this service (`SAFECONDUCT_OIDC_CLIENT_ID`).
        oidc_client_secret: What the service proves that with (`SAFECONDUCT_OIDC_CLIENT_SECRET`). Empty: a public
            client, which has PKCE alone.
        oidc_scopes: What the provider is asked for (`SAFECONDUCT_OIDC_SCOPES`).
        oidc_grants: Which claims give which roles in which organisation (`SAFECONDUCT_OIDC_GRANTS`, a JSON list; in the
            file, tables). Whoever matches none does not get in.
        session_minutes: How long somebody stays signed in at most (`SAFECONDUCT_SESSION_MINUTES`).
        session_idle_minutes: How long without asking anything (`SAFECONDUCT_SESSION_IDLE_MINUTES`).
        host: Address that is listened on; an argument of `serve`.
    """

    rulesets: Path = field(default_factory=default_rulesets)
    body_limit: int = 2 * 1024 * 1024
    leg_limit: int = 300
    docs: bool = True
    log_level: str = "info"
    trial_seconds: int = 120
    database: str = ""
    data: Path = field(default_factory=default_data)
    anonymous: bool | None = None
    batch_limit: int = 32 * 1024 * 1024
    request_seconds: int = 30
    webhook_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    workers: bool = True
    rate_limit: int = 0
    trace_endpoint: str = ""
    trace_service: str = "safeconduct"
    trace_ratio: float = 1.0
    public_url: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_scopes: str = "openid profile email"
    oidc_grants: tuple[Grant, ...] = ()
    session_minutes: int = 720
    session_idle_minutes: int = 60
    host: str = "127.0.0.1"

    @property
    def is_embedded(self) -> bool:
        """Whether the database is the embedded default, which the service sets up itself."""
        return not self.database

    @property
    def database_url(self) -> str:
        """The address of the database; empty where nothing is stored."""
        if self.database == "none":
            return ""
        return self.database or str(self.data / "safeconduct.sqlite3")

    @property
    def has_sign_in(self) -> bool:
        """Whether people can sign in."""
        return bool(self.oidc_issuer)

    @property
    def allows_anonymous(self) -> bool:
        """Whether credentials may be left out for what leaves no trace."""
        if self.anonymous is not None:
            return self.anonymous
        return self.database in ("", "none") and readers.is_loopback(self.host) and not self.public_url


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of an environment, by default the process's own, and of the file that it names.

    Raises:
        SettingsError: Every value that cannot be used.
    """
    given = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    file = given.get(PREFIX + "SETTINGS", "")
    of_file, faults = _read_file(file) if file else ({}, [])
    for name, read in _READERS.items():
        where = PREFIX + name.upper()
        text = given.get(where)
        if text is None and name in of_file:
            text, where = of_file[name], f"{file}:{name}"
        if text is None:
            continue
        try:
            values[name] = read(text)
        except ValueError as error:
            values[name] = None
            said = "the value" if name in _SECRET else f"`{text}`"
            faults.append(Fault("bad-setting", f"{said} is not {error}", where))
    faults += _missing(values)
    if faults:
        raise SettingsError(faults)
    _warn_of_others(given)
    return Settings(**values)


def _missing(values: Mapping[str, Any]) -> list[Fault]:
    """Return what signing in needs besides the provider."""
    if not values.get("oidc_issuer"):
        return []
    faults = [
        Fault("missing-setting", f"signing in needs `{name}` as well", PREFIX + name.upper())
        for name in ("public_url", "oidc_client_id", "oidc_grants")
        if values.get(name, "") in ("", ())
    ]
    if values.get("database") == "none":
        faults.append(Fault("missing-setting", "signing in needs a database", PREFIX + "DATABASE"))
    return faults


def _read_file(file: str) -> tuple[dict[str, str], list[Fault]]:
    """Return what a file sets, as the environment would say it, and what it says that is no setting."""
    try:
        data = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError([Fault("bad-settings", f"the file cannot be read: {error}", file)]) from None
    faults = [
        Fault("unknown-setting", f"there is no setting `{name}`", f"{file}:{name}", did_you_mean(name, _READERS))
        for name in data
        if name not in _READERS
    ]
    return {name: _as_text(value) for name, value in data.items()}, faults


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list) and not any(isinstance(each, dict) for each in value):
        return ",".join(map(str, value))
    return json.dumps(value) if isinstance(value, list | dict) else str(value)


def shown_settings(settings: Settings) -> dict[str, Any]:
    """Return settings for people to see: no password is in it."""
    shown = {name: getattr(settings, name) for name in _READERS}
    if settings.database not in ("", "none"):
        shown["database"] = shown_url(read_url(settings.database))
    shown["webhook_networks"] = [str(each) for each in settings.webhook_networks]
    shown["oidc_client_secret"] = "***" if settings.oidc_client_secret else ""
    shown["oidc_grants"] = shown_grants(settings.oidc_grants)
    return {name: str(value) if isinstance(value, Path) else value for name, value in sorted(shown.items())}


def _warn_of_others(given: Mapping[str, str]) -> None:
    # Not refused: an orchestrator may put variables with our prefix there, named after the service. Compared without
    # the prefix, which would make any two of them alike.
    known = [name.upper() for name in (*_READERS, "settings")]
    for variable in given:
        name = variable.removeprefix(PREFIX)
        hint = did_you_mean(name, known) if name != variable and name not in known else ""
        if hint:
            log.warning("unknown setting", extra={"setting": variable, "help": hint})


_READERS: dict[str, Callable[[str], Any]] = {
    "rulesets": readers.folder,
    "body_limit": readers.positive,
    "leg_limit": readers.positive,
    "docs": readers.switch,
    "log_level": readers.level,
    "trial_seconds": readers.positive,
    "database": readers.database,
    "data": readers.folder,
    "anonymous": readers.switch,
    "batch_limit": readers.positive,
    "request_seconds": readers.positive,
    "webhook_networks": readers.networks,
    "workers": readers.switch,
    "rate_limit": readers.count,
    "trace_endpoint": readers.endpoint,
    "trace_service": readers.name,
    "trace_ratio": readers.ratio,
    "public_url": readers.address,
    "oidc_issuer": readers.issuer,
    "oidc_client_id": readers.line,
    "oidc_client_secret": readers.line,
    "oidc_scopes": readers.scopes,
    "oidc_grants": read_grants,
    "session_minutes": readers.positive,
    "session_idle_minutes": readers.positive,
}
