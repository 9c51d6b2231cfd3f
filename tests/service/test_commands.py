"""What an administrator is told by commands that find no database, or not the one that was meant: what, and which."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.cli import main
from service.storage.database import Database
from service.storage.upgrading import upgrade

USES = (["db", "upgrade"], ["org", "list"], ["org", "add", "Uni"], ["audit", "verify"], ["audit", "export", "org_x"])


def told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 1
    return capsys.readouterr().err


@pytest.mark.parametrize("arguments", USES)
def test_a_database_that_does_not_answer_is_named_without_its_password(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAFECONDUCT_DATABASE", "postgresql://ada:secret@127.0.0.1:9/safeconduct")
    said = told(arguments, capsys)
    assert said.startswith(
        "error: the database `postgresql+psycopg://ada:***@127.0.0.1:9/safeconduct` cannot be used: "
    )
    assert "refused" in said
    assert "secret" not in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("arguments", [*USES, ["db", "backup", "copy"]])
def test_a_file_that_is_no_database_is_named(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "essay.txt"
    file.write_text("no database" * 100, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SAFECONDUCT_DATABASE", str(file))
    assert told(arguments, capsys) == f"error: the database `sqlite:///{file}` cannot be used: file is not a database\n"


@pytest.mark.parametrize("arguments", USES[1:])
def test_a_database_without_tables_is_named(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Such as that of whoever forgot to name the settings of the service."""
    monkeypatch.setenv("SAFECONDUCT_DATABASE", str(tmp_path / "new.sqlite3"))
    said = told(arguments, capsys)
    assert "run `safeconduct db upgrade`" in said
    assert f"`sqlite:///{tmp_path}/new.sqlite3`" in said


def test_nothing_is_not_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SAFECONDUCT_DATABASE", str(tmp_path / "new.sqlite3"))
    assert "there is nothing in" in told(["db", "backup", str(tmp_path / "copy")], capsys)
    assert not (tmp_path / "copy").exists()


def test_the_log_of_an_organisation_that_is_not_there_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database(str(tmp_path / "test.sqlite3"))
    upgrade(database)
    database.close()
    monkeypatch.setenv("SAFECONDUCT_DATABASE", str(tmp_path / "test.sqlite3"))
    said = told(["audit", "export", "org_x"], capsys)
    assert said == "error: there is no organisation `org_x`; `safeconduct org list` shows them\n"
