"""Hold a crate against RO-Crate's own checks, without the network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import requests
from rocrate.vocabs import RO_CRATE
from rocrate_validator import services
from rocrate_validator.models import Severity
from rocrate_validator.utils.http import HttpRequester


def faults_of(crate: Path) -> list[str]:
    """Return what RO-Crate 1.2 demands and the crate does not keep."""
    with _context_at_hand():
        settings = services.ValidationSettings(
            rocrate_uri=str(crate), profile_identifier="ro-crate-1.2", requirement_severity=Severity.REQUIRED
        )
        result = services.validate(settings)
    return [f"{issue.check.identifier}: {issue.message}" for issue in result.get_issues()]


@contextmanager
def _context_at_hand() -> Iterator[None]:
    """Answer for the address of RO-Crate's JSON-LD context with the copy that the library brings, for no other."""

    def get(_self: object, url: str, *_: Any, **__: Any) -> requests.Response:
        answer = requests.Response()
        answer.url, answer.status_code = url, 404
        if url == "https://w3id.org/ro/crate/1.2/context":
            answer.status_code = 200
            answer.headers["Content-Type"] = "application/ld+json"
            answer._content = json.dumps({"@context": RO_CRATE["@context"]}).encode()
        return answer

    with mock.patch.multiple(HttpRequester, create=True, get=get, head=get):
        yield
