"""A typed client, generated from the document that a server gives of itself, does what people do with the service."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.service.conftest import ROOT
from tests.service.running import Running, running

pytestmark = pytest.mark.slow
EXAMPLE = ROOT / "examples" / "typed-client"
PACKAGE = "safeconduct_client"
# A trial of the whole law takes long; what passed one on this machine is noted where a user's server notes it.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


@dataclass(frozen=True)
class Generated:
    """A generated client: the folder that has it, the document it is made of, and what the generator said."""

    folder: Path
    document: dict[str, Any]
    told: str

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        variables = {**os.environ, "PYTHONPATH": str(self.folder), "MYPYPATH": str(self.folder)}
        line = [sys.executable, *command]
        return subprocess.run(line, cwd=self.folder, env=variables, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(ROOT / "rulesets", tmp_path_factory.mktemp("served"), CACHE) as found:
        yield found


@pytest.fixture(scope="module")
def generated(served: Running, tmp_path_factory: pytest.TempPathFactory) -> Generated:
    folder = tmp_path_factory.mktemp("generated")
    document = folder / "openapi.json"
    document.write_bytes(httpx.get(f"{served.address}/openapi.json", timeout=120).content)
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(document), "--meta", "none"]
    command += ["--output-path", str(folder / PACKAGE), "--config", str(EXAMPLE / "generator.yaml")]
    done = subprocess.run([*command, "--fail-on-warning"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Generated(folder, json.loads(document.read_bytes()), done.stdout + done.stderr)


@pytest.fixture(scope="module")
def models(generated: Generated) -> Iterator[Any]:
    sys.path.insert(0, str(generated.folder))
    try:
        yield importlib.import_module(f"{PACKAGE}.models")
    finally:
        sys.path.remove(str(generated.folder))


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def test_nothing_is_left_out(generated: Generated) -> None:
    wanted = {snake(each["operationId"]) for path in generated.document["paths"].values() for each in path.values()}
    made = {file.stem for file in (generated.folder / PACKAGE / "api").glob("*/*.py")} - {"__init__"}
    assert made == wanted
    assert len(wanted) > 40
    assert "arning" not in generated.told


def test_a_type_has_a_name_of_its_own_and_one_only(generated: Generated, models: Any) -> None:
    """Were they not named in the document, there would be a type of outcome for every object with one."""
    outcomes = [name for name in dir(models) if name.endswith("Outcome")]
    assert outcomes == ["Outcome"]
    assert not [name for name in dir(models) if re.search(r"Type\d", name)]
    document = generated.document["components"]["schemas"]
    assert document["Measures"]["properties"]["eu.scc"]["anyOf"][2] == {"$ref": "#/components/schemas/EvidenceEuScc"}


def test_what_is_sent_and_answered_passes_through_the_types_unchanged(generated: Generated, models: Any) -> None:
    operation = generated.document["paths"]["/v1/evaluations"]["post"]
    sent = operation["requestBody"]["content"]["application/json"]["examples"]
    answered = operation["responses"]["200"]["content"]["application/json"]["examples"]
    assert len(sent) > 10
    assert answered
    for examples, kind in ((sent, models.Arrangement), (answered, models.Decision)):
        for example in examples.values():
            assert kind.from_dict(example["value"]).to_dict() == example["value"]


def test_mypy_holds_the_client_and_the_example_that_uses_it_to_be_right(generated: Generated) -> None:
    options = ["-m", "mypy", "--strict", "--config-file=", "--cache-dir=.mypy_cache"]
    done = generated.run(*options, str(EXAMPLE / "use.py"), PACKAGE)
    assert done.returncode == 0, done.stdout
    wrong = generated.folder / "wrong.py"
    wrong.write_text(
        (EXAMPLE / "use.py").read_text(encoding="utf-8").replace("Outcome.PERMITTED,", "Outcome.ALLOWED,"),
        encoding="utf-8",
    )
    told = generated.run(*options, str(wrong))
    assert told.returncode == 1
    assert '"type[Outcome]" has no attribute "ALLOWED"' in told.stdout


def test_the_example_decides_stores_lists_reads_reports_reviews_and_shows_a_mistake(
    generated: Generated, served: Running
) -> None:
    file = str(ROOT / "examples" / "thl-nih-diabetes.yaml")
    done = generated.run(str(EXAMPLE / "use.py"), served.address, served.key, file)
    name = re.search(r"stored as (ev_\w+), beside 0 others\n", done.stdout)
    assert name, done.stdout + done.stderr
    assert done.stdout.startswith("THL type 2 diabetes cohort to NIH: not_yet_permitted (wait)\n")
    assert "\nread again: not_yet_permitted, 1 transfers\n" in done.stdout
    assert (generated.folder / f"{name[1]}.pdf").read_bytes().startswith(b"%PDF-")
    assert re.search(r"\nreview ag_\w+: submitted, 2 acts, then in_review, withdrawn\n", done.stdout)
    # The one mistake, made on purpose, with the place of each of its consequences.
    assert done.returncode == 1
    assert "/transfers/0/exporter: no party has the id `thl`. known are `somebody-else`, `nih`\n" in done.stderr
    # What the example said it did is there.
    headers = {"Authorization": f"Bearer {served.key}"}
    (line,) = httpx.get(f"{served.address}/v1/agreements", headers=headers).json()["items"]
    assert line["state"] == "submitted"


def test_files_go_out_and_come_in_as_bytes(generated: Generated, served: Running) -> None:
    """A batch, a document to import and the audit log: media types that a generator knows only by our settings."""
    script = f"""
import io, json, sys
from {PACKAGE} import AuthenticatedClient
from {PACKAGE}.api.audit import export_audit
from {PACKAGE}.api.decide import evaluate_batch, import_document
from {PACKAGE}.models import JsonDocument, Problem
from {PACKAGE}.types import File
client = AuthenticatedClient(*sys.argv[1:], raise_on_unexpected_status=True)
lines = evaluate_batch.sync(client=client, body=File(io.BytesIO(b'{{"title": "x"}}\\n'), mime_type=""), brief=True)
draft = import_document.sync(client=client, body=File(io.BytesIO(b"DUO:0000042\\n")))
refused = import_document.sync(client=client, body=JsonDocument.from_dict({{"x": 1}}))
assert isinstance(refused, Problem)
print(json.dumps([
    json.loads(lines.payload.read().splitlines()[-1]),
    draft.notes[0].kind,
    [each.code for each in refused.errors],
    sorted(json.loads(export_audit.sync(client=client).payload.read().splitlines()[-1])),
]))
"""
    done = generated.run("-c", script, served.address, served.key)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        {"summary": {"lines": 1, "decided": 0, "stored": 0, "failed": 1}},
        "missing",
        ["unknown-form"],
        ["head", "public_key", "signature"],
    ]
