"""Tables for spreadsheets: no cell is a formula, whatever a scenario of somebody's is called."""

from __future__ import annotations

import csv
import io

import pytest

from engine.analysis.matrix_text import cell_text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("https://x","y")']
)
def test_a_text_that_a_spreadsheet_would_work_out_stays_a_text(text: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([cell_text(text)])
    ((cell,),) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert cell == f"'{text}"


@pytest.mark.parametrize("text", ["", "genomic", "eu.gdpr-transfers", "a = b", "1"])
def test_any_other_is_as_it_was(text: str) -> None:
    assert cell_text(text) == text
