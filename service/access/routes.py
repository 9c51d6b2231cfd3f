"""The one table that says what each route asks of a caller. A route that is not in it keeps the service from starting.

`public` is for what is the same for everybody and says nothing of anybody, and for the way in and out, which looks
after itself; `known` is for everybody with credentials.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, compile_path

from service.access.permissions import Permission

Guard = Permission | Literal["public", "known"]

GUARDS: Mapping[tuple[str, str], Guard] = {
    ("GET", "/healthz"): "public",
    ("GET", "/readyz"): "public",
    ("GET", "/openapi.json"): "public",
    ("GET", "/"): "public",
    ("GET", "/web/examples.json"): "public",
    ("GET", "/web/page.css"): "public",
    ("GET", "/web/page.js"): "public",
    ("GET", "/web/made.js"): "public",
    ("GET", "/web/result.js"): "public",
    ("GET", "/web/questions.js"): "public",
    ("GET", "/web/names.js"): "public",
    ("GET", "/web/store.js"): "public",
    ("GET", "/web/words.js"): "public",
    ("GET", "/web/layout.js"): "public",
    ("GET", "/web/fields.js"): "public",
    ("GET", "/web/choices.js"): "public",
    ("GET", "/web/places.js"): "public",
    ("GET", "/web/lists.js"): "public",
    ("GET", "/web/areas.js"): "public",
    ("GET", "/web/form.js"): "public",
    ("GET", "/web/faults.js"): "public",
    ("GET", "/web/opening.js"): "public",
    ("GET", "/web/words.json"): "public",
    ("POST", "/web/yaml"): "evaluate",
    ("GET", "/docs"): "public",
    ("GET", "/docs/swagger-ui.css"): "public",
    ("GET", "/docs/swagger-ui-bundle.js"): "public",
    ("GET", "/docs/start.js"): "public",
    ("GET", "/problems"): "public",
    ("GET", "/problems/{code}"): "public",
    ("GET", "/desk"): "public",
    ("GET", "/web/desk.css"): "public",
    ("GET", "/web/desk.js"): "public",
    ("GET", "/web/desk-acting.js"): "public",
    ("GET", "/web/desk-acts.js"): "public",
    ("GET", "/web/desk-agreement.js"): "public",
    ("GET", "/web/desk-answering.js"): "public",
    ("GET", "/web/desk-ask.js"): "public",
    ("GET", "/web/desk-differences.js"): "public",
    ("GET", "/web/desk-findings.js"): "public",
    ("GET", "/web/desk-history.js"): "public",
    ("GET", "/web/desk-list.js"): "public",
    ("GET", "/web/desk-new.js"): "public",
    ("GET", "/web/desk-records.js"): "public",
    ("GET", "/web/desk-watch.js"): "public",
    ("GET", "/web/desk-words.js"): "public",
    ("GET", "/metrics"): "metrics:read",
    ("GET", "/auth"): "public",
    ("GET", "/auth/sign-in"): "public",
    ("GET", "/auth/callback"): "public",
    ("POST", "/auth/sign-out"): "public",
    ("GET", "/auth/me"): "known",
    ("GET", "/v1/instruments"): "law:read",
    ("GET", "/v1/instruments/{id}"): "law:read",
    ("GET", "/v1/rules/{id}"): "law:read",
    ("GET", "/v1/facts"): "law:read",
    ("GET", "/v1/jurisdictions"): "law:read",
    ("GET", "/v1/schema"): "law:read",
    ("GET", "/v1/law/files/{sha256}"): "law:read",
    # Storing asks for `evaluations:write` besides: see the route.
    ("POST", "/v1/evaluations"): "evaluate",
    ("POST", "/v1/evaluations/batch"): "evaluate",
    ("POST", "/v1/imports"): "evaluate",
    ("POST", "/v1/timeline"): "evaluate",
    ("POST", "/v1/remedies"): "evaluate",
    ("POST", "/v1/missing-facts"): "evaluate",
    ("POST", "/v1/comparisons"): "evaluate",
    ("GET", "/v1/matrix"): "law:read",
    ("GET", "/v1/reforms"): "law:read",
    ("GET", "/v1/reforms/{id}/effects"): "law:read",
    # What is stored asks for `agreements:read` or `evaluations:read` besides: see the route.
    ("POST", "/v1/impact"): "evaluate",
    ("POST", "/v1/reports"): "evaluate",
    ("POST", "/v1/map"): "evaluate",
    ("GET", "/v1/evaluations"): "evaluations:read",
    ("GET", "/v1/evaluations/{id}"): "evaluations:read",
    ("GET", "/v1/evaluations/{id}/decision"): "evaluations:read",
    ("GET", "/v1/evaluations/{id}/law"): "evaluations:read",
    ("POST", "/v1/evaluations/{id}/replay"): "evaluations:read",
    ("GET", "/v1/evaluations/{id}/report"): "evaluations:read",
    ("GET", "/v1/evaluations/{id}/map"): "evaluations:read",
    ("GET", "/v1/keys"): "keys:manage",
    ("POST", "/v1/keys"): "keys:manage",
    ("POST", "/v1/keys/{id}/rotate"): "keys:manage",
    ("DELETE", "/v1/keys/{id}"): "keys:manage",
    ("GET", "/v1/people"): "people:manage",
    ("POST", "/v1/people/{id}/disable"): "people:manage",
    ("POST", "/v1/people/{id}/enable"): "people:manage",
    ("GET", "/v1/audit"): "audit:read",
    ("GET", "/v1/audit/export"): "audit:read",
    ("GET", "/v1/agreements"): "agreements:read",
    ("POST", "/v1/agreements"): "agreements:write",
    ("GET", "/v1/agreements/{id}"): "agreements:read",
    ("GET", "/v1/agreements/{id}/report"): "agreements:read",
    ("GET", "/v1/agreements/{id}/crate"): "agreements:read",
    ("POST", "/v1/agreements/{id}/revisions"): "agreements:write",
    # A step asks for what the table of steps says: `agreements:write` or `agreements:review`.
    ("POST", "/v1/agreements/{id}/steps"): "agreements:read",
    ("POST", "/v1/agreements/{id}/comments"): "agreements:read",
    ("POST", "/v1/agreements/{id}/answers"): "agreements:write",
    ("POST", "/v1/agreements/{id}/signoffs"): "agreements:review",
    ("POST", "/v1/agreements/{id}/overrides"): "agreements:review",
    ("POST", "/v1/agreements/{id}/confirmations"): "agreements:review",
    ("POST", "/v1/agreements/{id}/attention"): "agreements:review",
    ("GET", "/v1/watch-runs"): "agreements:read",
    ("GET", "/v1/webhooks"): "webhooks:manage",
    ("POST", "/v1/webhooks"): "webhooks:manage",
    ("GET", "/v1/webhooks/{id}"): "webhooks:manage",
    ("POST", "/v1/webhooks/{id}/enable"): "webhooks:manage",
    ("DELETE", "/v1/webhooks/{id}"): "webhooks:manage",
    ("GET", "/v1/deliveries"): "webhooks:manage",
    ("POST", "/v1/deliveries/{id}/replay"): "webhooks:manage",
}


def unguarded(routes: Sequence[BaseRoute]) -> list[tuple[str, str]]:
    """Return the routes that the table does not name."""
    return sorted(each for each in methods_and_paths(routes) if each not in GUARDS)


def methods_and_paths(routes: Sequence[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Yield every route, those of included routers as well."""
    for route in iter_route_contexts(routes):
        for method in route.methods or ():
            yield method, str(route.path)


def methods_of(routes: Sequence[BaseRoute], path: str) -> list[str]:
    """Return the methods that a path of a request can be asked with."""
    found = {method for method, form in methods_and_paths(routes) if compile_path(form)[0].match(path)}
    return sorted(found | {"HEAD"} if "GET" in found else found)
