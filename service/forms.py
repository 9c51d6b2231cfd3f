"""Read the JSON body of a request into a form; every fault at once, each with its JSON pointer."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, ValidationError
from starlette.requests import Request

from engine.errors import ArrangementError
from engine.law.intake import parse_json
from engine.shape import faults_of
from service.bodies import read_body
from service.negotiation import check_json
from service.problems import Problem
from service.routes.common import shelf_of

FormT = TypeVar("FormT", bound="Form")
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ]|\Z)")


def _written(value: object) -> object:
    """Refuse a number, which would be read as seconds or milliseconds since 1970, whichever looks more likely."""
    if not isinstance(value, str) or not _WRITTEN.match(value):
        raise ValueError("a time is written `YYYY-MM-DDThh:mm:ssZ`")
    return value


Time = Annotated[datetime, BeforeValidator(_written)]
AwareTime = Annotated[AwareDatetime, BeforeValidator(_written)]


class Form(BaseModel):
    """Base of every body that a caller sends."""

    model_config = ConfigDict(extra="forbid", frozen=True)


async def read_form(request: Request, form: type[FormT]) -> FormT:
    """Return the body of a request.

    Raises:
        Problem: 408, 413, 415 or 422, with all that is wrong.
    """
    check_json(request.headers)
    body = await read_body(request, shelf_of(request).settings.body_limit)
    try:
        data = parse_json(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        data = None
    except ArrangementError as error:
        raise Problem(422, error.faults) from None
    try:
        return form.model_validate(data)
    except ValidationError as error:
        raise Problem(422, faults_of(error, data, form)) from None
