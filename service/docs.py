"""Documentation pages that load nothing from elsewhere: Swagger UI from a locked package, under a strict policy."""

from __future__ import annotations

import hashlib
from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import Response

router = APIRouter(include_in_schema=False)

# `style-src` has no 'unsafe-inline': Swagger UI sets its styles through the DOM, which the policy does not concern.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Relative addresses, so that the pages also work below a path of a proxy.
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Safeconduct: HTTP interface</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
%s<div id="swagger-ui"></div>
<noscript>This page needs JavaScript; the same is in <a href="openapi.json">openapi.json</a>.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_ACCOUNT = '<p><a id="account" href="auth">Sign in or out</a></p>\n'
# The online validator would send the document elsewhere. Whoever is signed in tries things out with the session.
_START = """\
let token = "";
if (document.getElementById("account")) {
  fetch("auth/me").then((answer) => answer.ok ? answer.json() : {}).then((me) => { token = me.csrf_token || ""; });
}
window.ui = SwaggerUIBundle({
  url: "openapi.json", dom_id: "#swagger-ui", validatorUrl: null, deepLinking: true,
  defaultModelsExpandDepth: 0, docExpansion: "list",
  requestInterceptor: (request) => { if (token) request.headers["X-CSRF-Token"] = token; return request; },
});
"""
_TYPES = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript", "start.js": "text/javascript"}


def _read(name: str) -> bytes:
    if name == "start.js":
        return _START.encode()
    return files("fastapi_offline").joinpath("static", name).read_bytes()


_FILES = {name: _read(name) for name in _TYPES}
_TAGS = {name: f'"{hashlib.sha256(content).hexdigest()[:32]}"' for name, content in _FILES.items()}


@router.get("/docs")
async def get_docs(request: Request) -> Response:
    """Show the interface, with the way to sign in where there is one."""
    account = _ACCOUNT if request.app.state.shelf.settings.has_sign_in else ""
    return Response(_PAGE % account, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


async def get_file(request: Request) -> Response:
    """Give a file of the page."""
    name = request.url.path.rpartition("/")[2]
    headers = {"ETag": _TAGS[name], "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == _TAGS[name]:
        return Response(status_code=304, headers=headers)
    return Response(_FILES[name], media_type=_TYPES[name], headers=headers)


for _name in _TYPES:
    router.get(f"/docs/{_name}")(get_file)
