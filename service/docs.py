"""Documentation pages that load nothing from elsewhere: Swagger UI from a locked package, under a strict policy."""

from __future__ import annotations

from importlib.resources import files

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.assets import serve

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


def _read(name: str) -> bytes:
    if name == "start.js":
        return _START.encode()
    return files("fastapi_offline").joinpath("static", name).read_bytes()


@router.get("/docs")
async def get_docs(request: Request) -> Response:
    """Show the interface, with the way to sign in where there is one."""
    account = _ACCOUNT if request.app.state.shelf.settings.has_sign_in else ""
    return Response(_PAGE % account, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


serve(router, "docs", ("swagger-ui.css", "swagger-ui-bundle.js", "start.js"), _read)
