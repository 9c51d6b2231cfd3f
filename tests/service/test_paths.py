"""Paths that lead out of where they should: nothing is read from there, by whichever route."""

from __future__ import annotations

from service.access.routes import GUARDS
from tests.service.stored import Service

OUT = [
    "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..%5cwindows%5cwin.ini",
    "%252e%252e%252fetc%252fpasswd",
    "%2fetc%2fpasswd",
    "file%3a%2f%2f%2fetc%2fpasswd",
    "passwd%00.pdf",
    "..",
    "%c0%ae%c0%ae%2f",
]
ROLES = ("administrator", "reviewer", "submitter")
WITH_NAMES = [(method, path) for method, path in GUARDS if "{" in path or path.startswith("/docs/")]


def test_no_name_in_a_path_leads_out(stored: Service) -> None:
    assert len(WITH_NAMES) > 10
    for method, path in WITH_NAMES:
        start, _, rest = path.partition("{") if "{" in path else (path.rpartition("/")[0] + "/", "", "")
        end = rest.partition("}")[2]
        for out in OUT:
            asked = f"{start}{out}{end}"
            response = stored.ask(method, asked, *ROLES, headers={"If-Match": '"1"'})
            assert "root:" not in response.text
            if response.request.url.path == "/":
                continue  # the client itself has resolved it before it asked, and got the page there
            assert response.status_code in (404, 405, 415, 422), (asked, response.text)
            assert response.headers["content-type"] == "application/problem+json"
