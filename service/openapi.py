"""The OpenAPI document: FastAPI's, with the exact schemas of arrangements and decisions and with real examples."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from engine.decision.model import DECISION
from engine.decision.receipt import engine_version
from engine.imports import import_document
from service.access.cookies import cookie_name
from service.access.permissions import ANONYMOUS
from service.access.routes import GUARDS
from service.examples import decided, examples
from service.openapi_names import add, name_parts
from service.published import Published
from service.routes import beyond, changing, impact
from service.routes.common import errors
from service.routes.imports import DOCUMENTS
from service.settings import Settings
from service.shapes import SCHEMA_OF, Problem

_SESSION = (
    "Set by `/auth/sign-in`. Whatever changes something also sends `X-CSRF-Token`, with `csrf_token` of `/auth/me`, "
    "from a page of the same origin."
)
_TAGS = "GRU\nGS-[AU, NZ]\nMOR-12\nDUO:0000021\n"
_REF = "#/components/schemas/"
_SUMMARY = "May this research data cross that border, as this arrangement proposes, and why?"
_DESCRIPTION = """\
Decision support from encoded law, not legal advice.

Every error has one form: `application/problem+json` with `type`, `title`, `status` and `errors`; each error has `code`,
`where`, `message` and `help`. The type is `/problems/` and the code of the errors, or `/problems/invalid-arrangement`
where a request has faults of several kinds; `GET /problems` explains each. A query parameter that is not known is
refused.
"""
# Real examples of what goes wrong; a test sends requests that get exactly these.
_PROBLEMS: dict[str, tuple[str, str, str, str]] = {
    "401": (
        "bad-credentials",
        "header:Authorization",
        "the credentials are not good",
        "send `Authorization: Bearer` and a key that has neither expired nor been revoked",
    ),
    "403": (
        "not-allowed",
        "",
        "this needs the permission `evaluations:write`",
        "ask an administrator for it",
    ),
    "404": ("unknown-rule", "path:id", "there is no rule `eu.gdpr`", ""),
    "406": (
        "not-acceptable",
        "header:Accept",
        "no form of the answer is acceptable",
        "ask for `application/json`, `text/markdown`, `text/plain`",
    ),
    "408": ("too-slow", "", "the body did not come within 30 s", "send the request in one go"),
    "409": ("wrong-state", "", "a `draft` cannot become `approved`", "it can become `submitted`, `withdrawn`"),
    "413": ("body-too-large", "", "the body is longer than 2097152 bytes", "send fewer transfers at a time"),
    "415": (
        "unsupported-content-type",
        "header:Content-Type",
        "`text/html` is not JSON",
        "send `Content-Type: application/json`, in UTF-8",
    ),
    "422": ("bad-value", "query:as_of", "a day is written `YYYY-MM-DD`", ""),
    "428": (
        "version-needed",
        "header:If-Match",
        "the version that is to be changed has to be named",
        'send `If-Match: "3"`, the `ETag` of what you read',
    ),
    "429": ("too-many-requests", "", "more than 600 requests in a minute", "wait 1 s"),
    "500": (
        "internal-error",
        "",
        "the service failed; the failure is logged",
        "report the request id `5f0c7f3f6b3a4f6c9f0a3f5be9a7c1d2`",
    ),
    "503": ("not-ready", "", "the law is still being loaded", "try again in a second"),
    "507": (
        "storage-full",
        "",
        "there is no room to store anything",
        "the operator has to make room; nothing was stored",
    ),
}


def document(app: FastAPI, published: Published) -> dict[str, Any]:
    """Return the document for a law."""
    found = get_openapi(
        title="Safeconduct",
        version=engine_version(),
        openapi_version="3.1.0",
        summary=_SUMMARY,
        description=_DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        routes=app.routes,
    )
    schemas = found["components"]["schemas"]
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    _take(schemas, "Problem", Problem.model_json_schema(ref_template=_REF + "{model}"))
    _take(schemas, "Arrangement", _moved(published.schema))
    for name, answer in {"Decision": DECISION, **beyond.ANSWERS, **changing.ANSWERS, **impact.ANSWERS}.items():
        _take(schemas, name, answer.json_schema(mode="serialization", ref_template=_REF + "{model}"))
    add(schemas, DOCUMENTS)
    name_parts(found, published.law.library)
    _guard(found, app.state.shelf.settings)
    _exemplify(found, published)
    return dict(_referring(found))


def _guard(found: dict[str, Any], settings: Settings) -> None:
    """Say what each operation asks of a caller."""
    schemes = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key: `Authorization: Bearer sck_...`."}
    }
    if settings.has_sign_in:
        name = cookie_name(settings, "session")
        schemes["session"] = {"type": "apiKey", "in": "cookie", "name": name, "description": _SESSION}
    found["components"]["securitySchemes"] = schemes
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            guard = GUARDS[method.upper(), path]
            if guard == "public":
                continue
            if guard != "known":
                operation["x-permission"] = guard
            stores = method != "get" and guard not in ("evaluate", "evaluations:read")
            for status, documented in errors(401, 403, 429, *((507,) if stores else ())).items():
                operation["responses"].setdefault(str(status), deepcopy(documented))
            # An empty requirement: credentials may be left out, where the operator lets them.
            optional: list[dict[str, Any]] = [{}] if guard in ANONYMOUS else []
            operation["security"] = [*({name: []} for name in schemes), *optional]


def _take(schemas: dict[str, Any], name: str, schema: dict[str, Any]) -> None:
    """Add a schema to the components, and what it defines beside itself."""
    add(schemas, {**schema.pop("$defs", {}), name: {**schema, "title": name}})


def _moved(schema: Any) -> Any:
    """Return a copy of a schema in which references point to the components."""
    if isinstance(schema, dict):
        return {key: _moved_value(key, value) for key, value in schema.items() if key != "$schema"}
    return [_moved(each) for each in schema] if isinstance(schema, list) else schema


def _referring(value: Any) -> Any:
    """Return a copy in which marked schemas are references."""
    if isinstance(value, dict):
        if SCHEMA_OF in value:
            return {"$ref": _REF + value[SCHEMA_OF]}
        return {key: _referring(each) for key, each in value.items()}
    return [_referring(each) for each in value] if isinstance(value, list) else value


def _moved_value(key: str, value: Any) -> Any:
    if key == "$ref" and isinstance(value, str):
        return value.replace("#/$defs/", _REF)
    return _moved(value)


def _exemplify(found: dict[str, Any], published: Published) -> None:
    for path in found["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if status in _PROBLEMS:
                    response["content"]["application/problem+json"]["example"] = _problem(status)
    _exemplify_imports(found, published)
    shipped = dict(examples(published.law))
    if not shipped:
        return
    evaluate = found["paths"]["/v1/evaluations"]["post"]
    request = evaluate["requestBody"]["content"]["application/json"]
    request["examples"] = {name: {"summary": data["title"], "value": data} for name, data in shipped.items()}
    name, data = next(iter(shipped.items()))
    answer = evaluate["responses"]["200"]["content"]["application/json"]
    answer["examples"] = {name: {"summary": data["title"], "value": decided(data, published.law)}}


def _exemplify_imports(found: dict[str, Any], published: Published) -> None:
    draft = asdict(import_document(_TAGS, published.law.library, "duo"))
    operation = found["paths"]["/v1/imports"]["post"]
    tags = operation["requestBody"]["content"]["text/plain; charset=utf-8"]
    tags["examples"] = {"tags": {"summary": "DUO tags", "value": _TAGS}}
    answer = operation["responses"]["200"]["content"]["application/json"]
    answer["examples"] = {"tags": {"summary": "Draft of DUO tags", "value": draft}}


def _problem(status: str) -> dict[str, Any]:
    code, where, message, help = _PROBLEMS[status]
    error = {"code": code, "where": where, "message": message, "help": help}
    title = code.replace("-", " ")
    return {"type": f"/problems/{code}", "title": title, "status": int(status), "errors": [error]}
