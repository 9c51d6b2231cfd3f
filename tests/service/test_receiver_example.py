"""The example of a receiver takes what we sign, and nothing else."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from service.telling.signing import headers, new_secret
from tests.service.conftest import ROOT


@pytest.fixture(scope="module")
def verify() -> Any:
    spec = importlib.util.spec_from_file_location("webhook_receiver", ROOT / "examples" / "webhook_receiver.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.verify


def test_what_we_sign_is_taken(verify: Any) -> None:
    secret = new_secret()
    assert verify(secret, headers(secret, "evt_1", 1000, b'{"a": 1}'), b'{"a": 1}', 1200.0) == {"a": 1}


def test_anything_else_is_refused(verify: Any) -> None:
    secret, body = new_secret(), b'{"a": 1}'
    good = headers(secret, "evt_1", 1000, body)
    for given, sent, now in (
        (good, b'{"a": 2}', 1000.0),
        (good, body, 1301.0),
        (good, body, 600.0),
        ({**good, "webhook-id": "evt_2"}, body, 1000.0),
        ({**good, "webhook-timestamp": "1001"}, body, 1000.0),
        ({**good, "webhook-signature": "v1,"}, body, 1000.0),
        (headers(new_secret(), "evt_1", 1000, body), body, 1000.0),
        ({}, body, 1000.0),
    ):
        with pytest.raises(ValueError, match=r"signed|old"):
            verify(secret, given, sent, now)
