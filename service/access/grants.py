"""Grants: what an identity provider says of somebody, turned into roles in an organisation here.

Nothing is granted that the operator did not write down: whoever matches no grant does not get in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from service.access.permissions import Role

_EXAMPLE = '`[{"value": "research-office", "roles": ["reviewer"], "organisation": "org_01k..."}]`'


@dataclass(frozen=True, slots=True)
class Grant:
    """Roles in an organisation for everybody of whom the provider says something.

    Attributes:
        claim: The name of what it says, such as `groups`.
        value: What it has to be, or to have among its values.
    """

    claim: str
    value: str
    organisation: str
    roles: tuple[Role, ...]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    claim: Annotated[str, Field(min_length=1)] = "groups"
    value: Annotated[str, Field(min_length=1)]
    organisation: Annotated[str, Field(pattern=r"^org_[0-9a-z]{26}$")]
    roles: Annotated[list[Role], Field(min_length=1)]


_FORMS = TypeAdapter(list[_Form])


def read_grants(text: str) -> tuple[Grant, ...]:
    """Return the grants of a setting.

    Raises:
        ValueError: What they should look like, and where they do not.
    """
    try:
        forms = _FORMS.validate_json(text)
    except ValidationError as error:
        places = sorted({"/" + "/".join(map(str, each["loc"])) for each in error.errors()})
        raise ValueError(f"grants such as {_EXAMPLE}: see {', '.join(places)}") from None
    return tuple(Grant(each.claim, each.value, each.organisation, tuple(sorted(set(each.roles)))) for each in forms)


def shown_grants(grants: Iterable[Grant]) -> list[dict[str, Any]]:
    """Return grants as they are written."""
    return [
        {"claim": each.claim, "value": each.value, "organisation": each.organisation, "roles": list(each.roles)}
        for each in grants
    ]


def granted(claims: Mapping[str, Any], grants: Iterable[Grant]) -> dict[str, frozenset[Role]]:
    """Return the roles that claims give, by organisation; empty where they give none."""
    found: dict[str, frozenset[Role]] = {}
    for grant in grants:
        if _says(claims.get(grant.claim), grant.value):
            found[grant.organisation] = found.get(grant.organisation, frozenset()) | frozenset(grant.roles)
    return found


def _says(given: Any, value: str) -> bool:
    # Truth values and numbers are compared as JSON writes them: `"value": "true"`.
    values = given if isinstance(given, list) else [given]
    return any((each if isinstance(each, str) else json.dumps(each)) == value for each in values if each is not None)
