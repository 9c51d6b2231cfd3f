"""Imports go one way, and what is kept behind one module stays there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for folder in ("engine", "service") for path in (ROOT / folder).rglob("*.py"))
# From the lowest layer up: a module imports from its own layer and from those before it.
LAYERS = (
    ("engine.errors", "engine.collecting", "engine.source", "engine.shape"),
    ("engine.facts",),
    ("engine.law",),
    ("engine.inference",),
    ("engine.decision",),
    ("engine.facade", "engine.cases", "engine.analysis", "engine.imports", "engine.pictures"),
    ("engine.__init__",),
    ("service", "engine.cli"),  # commands of the service are read by the one, and start the other
)
# Each is a large or a dangerous library, and is spoken to in these places alone.
KEPT = {
    "durable": ("engine.inference.durable_backend",),
    "durable_rules_engine": ("engine.inference.durable_backend",),
    "yaml": ("engine.source", "engine.cli"),  # read in one place; drafts are written in the other
    "z3": ("engine.decision.remedies", "engine.analysis"),
    "fastapi": ("service",),
    "starlette": ("service",),
    "sqlalchemy": ("service",),
}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def layer_of(module: str) -> int:
    found = [n for n, names in enumerate(LAYERS) for name in names if module == name or module.startswith(f"{name}.")]
    assert found, f"`{module}` stands in no layer"
    return found[0]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: a relative import"
            folder = ROOT / node.module.replace(".", "/")
            inner = [alias.name for alias in node.names if (folder / f"{alias.name}.py").exists()]
            yield from (f"{node.module}.{name}" for name in inner)
            if len(inner) < len(node.names):
                yield node.module


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_nothing_from_above_it_and_nothing_kept_elsewhere(path: Path) -> None:
    module = name_of(path)
    for name in imports(path):
        target = "engine.__init__" if name == "engine" else name
        if target.split(".")[0] in ("engine", "service"):
            assert layer_of(target) <= layer_of(module), f"`{module}` imports `{name}` from above"
        owners = KEPT.get(name.split(".")[0], (module,))
        assert any(module == owner or module.startswith(f"{owner}.") for owner in owners), f"`{name}` is kept elsewhere"
