"""Every code that a problem can have: what it means, and what helps. The pages of `/problems` show this one table.

A code that is not here is a mistake of ours; tests look for it in the source and in every problem that they see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem.

    Attributes:
        status: The HTTP statuses that it comes with.
        means: What is wrong, in sentences.
        remedy: What to do about it, in sentences.
    """

    status: tuple[int, ...]
    means: str
    remedy: str


_RETRY = "Wait as long as `Retry-After` says and ask again; with `Idempotency-Key` nothing is stored twice."
_FIX = "Correct the place that `where` names and send it again; `help` says what is known there or close to it."
_LIST = "List what there is and take an id from there; what another organisation has is not shown to you."

# -- the request, before anything in it is read -----------------------------------------------------------------------
_REQUESTS = {
    "bad-credentials": Kind(
        (401,),
        "The key that was sent is not known, has expired or was revoked. A bad key is never taken for no key.",
        "Send `Authorization: Bearer` and a key that is good, or no such header where anonymous use is allowed.",
    ),
    "bad-request": Kind(
        (400, 411, 426, 431), "The request cannot be read as HTTP.", "Look at what sends it, or passes it on."
    ),
    "body-too-large": Kind(
        (413,),
        "The body is longer than the operator allows.",
        "Send fewer transfers or lines at a time, or ask the operator for a larger limit (`SAFECONDUCT_BODY_LIMIT`).",
    ),
    "credentials-needed": Kind(
        (401,), "This is not for everybody, and no key came.", "Send `Authorization: Bearer` and a key."
    ),
    "cross-site": Kind(
        (403,),
        "A change was asked for with the cookie of a session, by a page of another origin.",
        "Ask from a page of this service; a program sends a key and no cookie.",
    ),
    "csrf-token-needed": Kind(
        (403,),
        "A change that is made with the cookie of a session has to show that a page of this service sent it.",
        "Send `X-CSRF-Token` with `csrf_token` of `GET /auth/me`; a program sends a key and no cookie.",
    ),
    "not-acceptable": Kind(
        (406,), "The answer has none of the forms that `Accept` asks for.", "Ask for one of those that `help` names."
    ),
    "not-allowed": Kind(
        (403,),
        "The key is good, and does not have the permission that this needs.",
        "Ask an administrator of your organisation for a key with a role, or a scope, that has it.",
    ),
    "repeated-parameter": Kind((422,), "A parameter of the query may stand only once.", "Keep one of them."),
    "session-ended": Kind((401,), "You are no longer signed in.", "Sign in again."),
    "sign-in-refused": Kind(
        (403,),
        "You are not let in: the identity provider did not vouch for you, or nobody here has given you a place.",
        "`message` says why; an administrator of your organisation can help.",
    ),
    "sign-in-unknown": Kind(
        (400,), "No sign-in was begun here that this would end, or it took too long.", "Sign in again."
    ),
    "too-many-requests": Kind((429,), "You ask more often than you may.", "Wait as long as `Retry-After` says."),
    "too-slow": Kind(
        (408,), "The body did not come in time.", "Send the request in one go, or over a line that is faster."
    ),
    "unknown-method": Kind((405,), "The path takes other methods.", "Use one of those that `Allow` names."),
    "unknown-parameter": Kind(
        (422,),
        "There is no such parameter here. It is refused because a misspelt `as_of` must not mean the law of today.",
        "Correct its name, or leave it out.",
    ),
    "unknown-path": Kind((404,), "There is nothing at this path.", "`GET /openapi.json` lists the paths."),
    "unsupported-content-encoding": Kind((415,), "The body is compressed.", "Send the body as it is."),
    "unsupported-content-type": Kind(
        (415,),
        "The body is not announced as something that is read here, in UTF-8.",
        "Send the `Content-Type` that `help` names, and the body in that form.",
    ),
}
# -- arrangements, and other bodies -----------------------------------------------------------------------------------
_BODIES = {
    "bad-change": Kind(
        (422,),
        "A changed fact is not `POINTER=VALUE`, or its pointer leads nowhere in the arrangement.",
        "Write a JSON pointer, `=` and the value in JSON, such as `/datasets/0/identifiability=aggregate`.",
    ),
    "bad-json": Kind((422,), "The body is not JSON.", "Send JSON in UTF-8; `message` says where it breaks off."),
    "bad-key": Kind((422,), "The name of a key has not the right form.", _FIX),
    "bad-rdf": Kind((422,), "The document is not the RDF that it is read as.", "Send valid Turtle or JSON-LD."),
    "bad-text": Kind((422,), "The document is not text in UTF-8.", "Save it as UTF-8 and send it again."),
    "bad-value": Kind((422,), "A value is of the right type, and is not one that can stand there.", _FIX),
    "contradiction": Kind(
        (422,), "Two things that the arrangement says cannot both be so.", "Correct one of the two, or leave it out."
    ),
    "cycle": Kind((422,), "Things refer to each other in a circle, such as owners.", "Take one of the links out."),
    "derived-trait": Kind(
        (422,),
        "A fact is stated that the law itself works out from others.",
        "State what it follows from.",
    ),
    "empty-document": Kind((422,), "The document to import is empty.", "Send one of the forms that `help` names."),
    "invalid-arrangement": Kind(
        (422, 409),
        "Several things are wrong, of more than one kind. Each of `errors` has its own code.",
        "Go through `errors`: each has its place, what is wrong there and what helps. All faults are told at once.",
    ),
    "missing-key": Kind((422,), "A key that cannot be left out is missing.", "Add it at the place that `where` names."),
    "more-faults": Kind(
        (422,), "There are more faults than are listed.", "Correct those that are listed and send it again."
    ),
    "nothing-to-compare": Kind(
        (422,), "Both sides of the comparison are the same.", "Name two days, a reading, a reform or a changed fact."
    ),
    "repeated-id": Kind((422,), "Two things of one kind have the same id.", "Give each an id of its own."),
    "repeated-key": Kind((422,), "A key stands twice in one object.", "Keep one of them."),
    "repeated-place": Kind((422,), "A country stands twice in one list.", "Add the numbers up, or say it once."),
    "repeated-word": Kind((422,), "A word stands twice in one list.", "Keep one of them."),
    "takes-too-long": Kind(
        (422,),
        "A search over many pairs of countries took longer than one request may.",
        "Ask about fewer scenarios or countries, or use `safeconduct reform`, which has no limit.",
    ),
    "too-deep": Kind((422,), "The body is nested too deeply.", "Send the form that the schema describes."),
    "too-large": Kind((422,), "The document to import is too large.", "Send fewer data sets at a time."),
    "too-long": Kind((422,), "A text or list is longer than may be.", "Shorten it to what `message` says."),
    "too-many-cases": Kind(
        (422,),
        "Scenarios and pairs of countries make more cases than are compared at once.",
        "Ask about fewer scenarios or countries, or use `safeconduct reform`, which has no limit.",
    ),
    "too-many-legs": Kind(
        (422,), "Transfers and data sets make more pairs than are decided at once.", "Send fewer transfers at a time."
    ),
    "too-many-places": Kind((422,), "More countries than are compared at once.", "Ask about fewer."),
    "too-many-stored": Kind(
        (422,),
        "The organisation has stored more than is decided anew in one request.",
        "Use `safeconduct impact --portfolio` with the address of the database.",
    ),
    "too-short": Kind((422,), "A text or list is shorter than may be.", "Fill it in."),
    "unknown-data-set": Kind((422,), "A data set is named that the arrangement does not describe.", _FIX),
    "unknown-field": Kind((422,), "The evidence of a measure has no such detail.", _FIX),
    "unknown-form": Kind(
        (422,), "What kind of document this is cannot be seen from it.", "Name it with the parameter `from`."
    ),
    "unknown-measure": Kind((422,), "No law that is served knows this measure.", _FIX),
    "unknown-party": Kind((422,), "A party is named that the arrangement does not describe.", _FIX),
    "unknown-permission": Kind((422,), "A use relies on a permission that the data set does not have.", _FIX),
    "unknown-place": Kind(
        (422,), "There is no such country, region or body; or no such place in the arrangement.", _FIX
    ),
    "unknown-reading": Kind((422,), "No law that is served declares such a question.", _FIX),
    "unknown-scenario": Kind((422,), "There is no such scenario of the matrix.", _FIX),
    "unknown-trait": Kind((422,), "No law that is served knows this fact.", _FIX),
    "unknown-transfer": Kind((422,), "A transfer is named that the arrangement does not describe.", _FIX),
    "unknown-word": Kind((422,), "The vocabulary has no such word there.", f"{_FIX} `GET /v1/facts` lists all words."),
    "wrong-owner": Kind((422,), "Something is said of what it cannot be said of.", "Move it to where `message` says."),
    "wrong-type": Kind((422,), "A value is of another type than can stand there.", _FIX),
}
# -- what is stored ---------------------------------------------------------------------------------------------------
_STORED = {
    "another-reviewer": Kind(
        (422,),
        "Whoever is signed in with an ORCID iD signs with that one and with no other.",
        "Send your own as `reviewer`.",
    ),
    "bad-address": Kind(
        (422,),
        "Events are not sent there: the address is not one of `https` on a public network, or is not found.",
        "Give another, or ask the operator to allow its network (`SAFECONDUCT_WEBHOOK_NETWORKS`).",
    ),
    "idempotency-key-reused": Kind(
        (422,), "This `Idempotency-Key` was sent before, with another request.", "Send a new key with a new request."
    ),
    "key-ended": Kind((409,), "The key has expired or was revoked.", "Make a new one."),
    "not-permitted": Kind(
        (409,),
        "An agreement cannot be approved or begin: what it is about is not permitted.",
        "Revise it until it is, or propose an override with a reason, which a second person confirms.",
    ),
    "not-signed": Kind((409,), "Nobody signed this revision off.", "A reviewer signs it off first."),
    "nothing-stored": Kind(
        (404,), "This service keeps nothing.", "Its operator can give it a database (`SAFECONDUCT_DATABASE`)."
    ),
    "nothing-to-override": Kind((409,), "The outcome lets it start as it is.", "Go on without an override."),
    "objection": Kind((409,), "A reviewer objects to this revision.", "Settle it; the reviewer's next word counts."),
    "own-work": Kind(
        (409,), "Nobody signs off, or confirms, what is their own.", "Somebody else with the role of reviewer does."
    ),
    "unknown-agreement": Kind((404,), "There is no such agreement.", _LIST),
    "unknown-delivery": Kind((404,), "There is no such delivery.", _LIST),
    "unknown-evaluation": Kind((404,), "There is no such evaluation.", _LIST),
    "unknown-file": Kind(
        (404,), "No file of law with this hash decided anything.", "Take it from `GET /v1/evaluations/{id}/law`."
    ),
    "unknown-finding": Kind((422,), "The decision has no such finding.", "Take transfer and instrument from it."),
    "unknown-instrument": Kind((404,), "There is no such instrument.", "`GET /v1/instruments` lists them."),
    "unknown-key": Kind(
        (404, 422),
        "There is no such API key; or, in a body, no such key of an object.",
        f"{_LIST} In a body, correct the name: `help` has those that are known.",
    ),
    "unknown-override": Kind((422,), "The current revision has no such override.", "Take its id from `acts`."),
    "unknown-person": Kind((404,), "There is no such person.", _LIST),
    "unknown-problem": Kind((404,), "There is no such kind of problem.", "`GET /problems` lists them."),
    "unknown-question": Kind(
        (422,), "The decision does not ask that.", "Take `pointer` and `fact` from one of its questions."
    ),
    "unknown-reform": Kind((404, 422), "There is no such reform.", "`GET /v1/reforms` lists them."),
    "unknown-rule": Kind((404,), "There is no such rule.", "`GET /v1/instruments/{id}` lists those of an instrument."),
    "unknown-webhook": Kind((404,), "There is no such webhook.", _LIST),
    "version-changed": Kind(
        (409,),
        "Somebody changed it since you read it; `message` says what was done.",
        "Read it again, decide anew whether your change is right, and send the new `ETag` as `If-Match`.",
    ),
    "version-needed": Kind(
        (428,),
        "A change has to name the version that it is made to.",
        "Send the `ETag` of what you read as `If-Match`.",
    ),
    "wrong-state": Kind(
        (409,), "This cannot be done to it in the state that it is in.", "`next_states` says what it can become."
    ),
}
# -- the service ------------------------------------------------------------------------------------------------------
_SERVICE = {
    "database-away": Kind((503,), "The database cannot be used just now.", _RETRY),
    "identity-provider-away": Kind(
        (503,),
        "The identity provider does not answer as it should.",
        "Wait as long as `Retry-After` says; or use a key.",
    ),
    "internal-error": Kind(
        (500,),
        "The service failed. What happened is logged under the id of the request, and nothing about it is told here.",
        "Report the id that `help` and `X-Request-ID` have to the operator.",
    ),
    "no-sign-in": Kind(
        (404,),
        "Nobody signs in at this service: it has no identity provider.",
        "Use a key, or ask the operator for one.",
    ),
    "not-ready": Kind((503,), "The service has just started and reads the law.", _RETRY),
    "storage-full": Kind(
        (507,), "There is no room to store anything, and nothing was stored.", "The operator has to make room."
    ),
}
KINDS: Mapping[str, Kind] = dict(sorted({**_REQUESTS, **_BODIES, **_STORED, **_SERVICE}.items()))
