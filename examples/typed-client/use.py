r"""Use the typed client that openapi-python-client makes of the service's own OpenAPI document.

    openapi-python-client generate --url http://127.0.0.1:8000/openapi.json --meta none \
        --output-path safeconduct_client --config examples/typed-client/generator.yaml
    python examples/typed-client/use.py http://127.0.0.1:8000 sck_... examples/thl-nih-diabetes.yaml

Decides and stores the arrangement, lists what is stored, writes the PDF of it, opens a review and submits it, and shows
what a mistake looks like. The key needs the role submitter. An answer is of one type or a `Problem`; mypy knows which.
"""

import sys
from pathlib import Path
from typing import TypeVar

import httpx
import yaml
from safeconduct_client import AuthenticatedClient
from safeconduct_client.api.decide import evaluate
from safeconduct_client.api.documents import get_report
from safeconduct_client.api.records import get_evaluation, list_evaluations
from safeconduct_client.api.reviews import comment, make_agreement, take_step
from safeconduct_client.models import (
    AgreementForm,
    AgreementState,
    Arrangement,
    CommentForm,
    Decision,
    DocumentForm,
    FindingAnchor,
    Outcome,
    Problem,
    StepForm,
)
from safeconduct_client.types import Response

T = TypeVar("T")


def main(address: str, key: str, file: str) -> int:
    """Do all of it, and return an exit code."""
    client = AuthenticatedClient(address, key, timeout=httpx.Timeout(60), raise_on_unexpected_status=True)
    arrangement = Arrangement.from_dict(yaml.safe_load(Path(file).read_text(encoding="utf-8")))
    try:
        name, decision = decide(client, arrangement)
        stored = got(list_evaluations.sync(client=client, limit=5)).items
        print(f"stored as {name}, beside {len(stored) - 1} others")
        record = got(get_evaluation.sync(name, client=client))
        print(f"read again: {record.outcome}, {len(record.arrangement.transfers or ())} transfers")
        report = got(get_report.sync(name, client=client, format_=DocumentForm.PDF))
        Path(f"{name}.pdf").write_bytes(report.payload.read())
        review(client, arrangement, decision)
        arrangement.parties[0].id = "somebody-else"  # whom no transfer names
        decide(client, arrangement)
    except ServiceError as error:
        for each in error.problem.errors:
            print(f"{each.where or 'request'}: {each.message}. {each.help_}", file=sys.stderr)
        return 1
    return 0


def decide(client: AuthenticatedClient, arrangement: Arrangement) -> tuple[str, Decision]:
    """Return the id of the record, and the decision."""
    answer = evaluate.sync_detailed(client=client, body=arrangement, store=True)
    decision = got(answer.parsed)
    may = decision.outcome in (Outcome.PERMITTED, Outcome.PERMITTED_WITH_CONDITIONS)
    print(f"{decision.title}: {decision.outcome} ({'go' if may else 'wait'})")
    for question in decision.questions:
        print(f"  asked: {question.ask} ({question.pointer})")
    return answer.headers["Location"].rpartition("/")[2], decision


def review(client: AuthenticatedClient, arrangement: Arrangement, decision: Decision) -> None:
    """Open a review, comment on its first finding and submit it."""
    opened = make_agreement.sync_detailed(client=client, body=AgreementForm(arrangement, note="first draft"))
    agreement, version = got(opened.parsed), etag(opened)
    transfer = decision.transfers[0]
    anchor = FindingAnchor(transfer=transfer.id, instrument=transfer.findings[0].instrument)
    remark = CommentForm(text="Which of the sets shall we take?", finding=anchor)
    noted = comment.sync_detailed(agreement.id, client=client, body=remark, if_match=version)
    got(noted.parsed)
    form = StepForm(to=AgreementState.SUBMITTED, reason="Ready for the committee.")
    moved = got(take_step.sync(agreement.id, client=client, body=form, if_match=etag(noted)))
    print(f"review {moved.id}: {moved.state}, {len(moved.acts)} acts, then {', '.join(moved.next_states)}")


def etag(answer: Response[T]) -> str:
    """Return the version that the next change is made to."""
    return str(answer.headers["ETag"])


class ServiceError(Exception):
    """The service said no, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title)
        self.problem = problem


def got(answer: T | Problem | None) -> T:
    """Return an answer that is none of the service's problems."""
    if isinstance(answer, Problem):
        raise ServiceError(answer)
    assert answer is not None  # `raise_on_unexpected_status`
    return answer


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
