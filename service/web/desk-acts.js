// What can be done to an agreement, in its state and by who is looking at it. The service decides; this spares people
// forms that it would refuse.
import { may, me } from "./desk-ask.js";
import { standingSignoffs } from "./desk-history.js";
import { plural, words } from "./desk-words.js";

// Which permission a step asks for depends on where it leads alone.
const OF_SUBMITTERS = ["submitted", "withdrawn", "active"];
const STEPS = {
  submitted: ["Submit for review", "Submit"],
  in_review: ["Take into review", "Take it"],
  changes_requested: ["Ask for changes", "Ask for changes"],
  approved: ["Approve", "Approve"],
  rejected: ["Reject", "Reject for good"],
  active: ["Put into force", "Put into force"],
  expired: ["End it", "End it for good"],
  withdrawn: ["Withdraw", "Withdraw for good"],
};
const IS_OVERRIDABLE = ["in_review", "approved", "active"];
export const IS_REVISABLE = ["draft", "changes_requested"];
const PERMITTED = ["permitted", "permitted_with_conditions"];
const ROLES = [
  ["data_protection_officer", "Data protection"], ["research_security", "Research security"], ["export_control", "Export control"],
  ["ethics_committee", "Ethics"], ["data_access_committee", "Data access committee"], ["legal", "Legal department"],
];
// The identifier that somebody gave last: it is theirs for as long as the page is open.
let given = "";

const today = () => new Date().toISOString().slice(0, 10);
function later(days) {
  return new Date(Date.now() + days * 86400000).toISOString().slice(0, 10);
}

const reason = (hint = "Kept for ever, and seen by everybody who may read this.") => ({ name: "reason", kind: "area", label: "Reason", hint });
const reviewer = () => ({
  name: "reviewer", kind: "text", label: "Your ORCID iD", value: given || me.orcid || "", hint: "Such as 0000-0002-1825-0097; who has none gives an e-mail or web address.",
});

function signed(values) {
  given = values.reviewer.trim();
  return { ...values, reviewer: given };
}

export const mayAnswer = (agreement) => may("agreements:write") && IS_REVISABLE.includes(agreement.state);

// Whoever wrote the current revision, or began the agreement, does not sign it off.
export function isOwn(agreement) {
  return [agreement.created_by, agreement.revisions.at(-1).created_by].includes(me.id);
}

export function waiting(agreement) {
  const confirmed = agreement.acts.filter((each) => each.kind === "override_confirmed").map((each) => each.body.override);
  return agreement.acts.filter((each) => each.kind === "override_proposed" && each.revision === agreement.revision
    && !confirmed.includes(each.id) && each.body.expires_on >= today());
}

export function actsOf(agreement, record) {
  const isReviewer = may("agreements:review");
  return [
    ...(agreement.attention && isReviewer ? [attending()] : []),
    ...(isReviewer && agreement.state === "in_review" && !isOwn(agreement) ? [signing()] : []),
    ...(isReviewer && IS_OVERRIDABLE.includes(agreement.state) ? waiting(agreement).filter((each) => each.by !== me.id).map(confirming) : []),
    ...agreement.next_states.filter((to) => may(OF_SUBMITTERS.includes(to) ? "agreements:write" : "agreements:review")).map((to) => step(to, agreement)),
    ...(mayAnswer(agreement) && record ? [revising(record)] : []),
    ...(isReviewer && IS_OVERRIDABLE.includes(agreement.state) && isOverridable(agreement) ? [overriding(agreement)] : []),
  ];
}

// Why there is less to do here than somebody may expect.
export function notes(agreement) {
  const said = [];
  if (may("agreements:review") && agreement.state === "in_review" && isOwn(agreement)) {
    said.push("You wrote this yourself: another reviewer signs it off.");
  }
  const own = waiting(agreement).filter((each) => each.by === me.id).length;
  if (own) said.push(`A second person has to confirm ${plural(own, "override", "overrides")} that you proposed.`);
  if (!agreement.next_states.length) said.push(`It is ${words(agreement.state)}, and stays so.`);
  return said;
}

const isOverridable = (agreement) => !PERMITTED.includes(agreement.outcome) || !PERMITTED.includes(agreement.watched_outcome || agreement.outcome);

// What an approval waits for, as far as it can be seen here.
function wanting(agreement, to) {
  const said = [];
  if (!PERMITTED.includes(agreement.outcome) && !agreement.override) {
    said.push(`Its outcome is ${words(agreement.outcome)}: that takes another revision, or an override with a second person.`);
  }
  if (to === "active") return said.join(" ");
  const verdicts = [...standingSignoffs(agreement).values()].map((act) => act.body.verdict);
  if (!verdicts.includes("approve")) said.push("Nobody has signed this revision off yet.");
  if (verdicts.includes("object")) said.push("A reviewer objects to this revision.");
  return said.join(" ");
}

function step(to, agreement) {
  const [title, button] = STEPS[to];
  const last = { name: "expires_on", kind: "day", label: "Last day", min: today(), required: false, hint: "It ends after this day. Left out: it goes on." };
  return {
    id: `step-${to}`, path: "steps", title, button, says: ["approved", "active"].includes(to) ? wanting(agreement, to) : "", fields: to === "active" ? [reason(), last] : [reason()],
    body: ({ expires_on: until, ...values }) => ({ to, ...values, ...(until ? { expires_on: until } : {}) }),
  };
}

function signing() {
  return {
    id: "signoff", path: "signoffs", title: "Sign off, or object", button: "Sign",
    says: "For this revision only; what you say last in a role counts.",
    fields: [
      { name: "verdict", kind: "choice", label: "You", choices: [["", "Choose …"], ["approve", "approve of it"], ["object", "object to it"]] },
      { name: "role", kind: "text", label: "In the role of", list: ROLES, pattern: "\\s*[A-Za-z0-9._\\-]+\\s*", hint: "Choose one, or write a word such as data_steward." },
      reviewer(), reason(),
    ],
    body: (values) => ({ ...signed(values), role: values.role.trim() }),
  };
}

function overriding(agreement) {
  return {
    id: "override", path: "overrides", title: "Propose an override", button: "Propose the override",
    says: `To proceed although the outcome is ${words(agreement.watched_outcome || agreement.outcome)}. It counts once a second person confirms it, and stays on record for ever.`,
    fields: [reviewer(), reason(), { name: "expires_on", kind: "day", label: "Last day of the override", min: later(1), hint: "A day to come." }],
    body: signed,
  };
}

function confirming(proposal) {
  return {
    id: `confirm-${proposal.id}`, path: "confirmations", title: "Confirm the override as second person", button: "Confirm the override",
    says: ["Proposed until ", proposal.body.expires_on, ". Its reason stands above; you answer for it as well."],
    fields: [reviewer(), reason()], body: (values) => ({ override: proposal.id, ...signed(values) }),
  };
}

function attending() {
  return { id: "attention", path: "attention", title: "Say that attention was given", button: "Take the flag away", fields: [reason("What was done about it.")], body: (values) => values };
}

function revising(record) {
  const text = JSON.stringify(record.arrangement, null, 2);
  return {
    id: "revise", path: "revisions", title: "Send another revision", button: "Send the revision",
    fields: [
      { name: "arrangement", kind: "area", rows: "12", most: "2000000", label: "The arrangement", value: text, hint: "JSON. Sign-offs and overrides of the revision before no longer count." },
      { name: "note", kind: "area", label: "What changed", required: false },
    ],
    body: ({ arrangement, note }) => ({ arrangement: JSON.parse(arrangement), note }),
  };
}

export function commenting(findings, facts) {
  return {
    id: "comment", path: "comments", title: "Comment", button: "Comment",
    fields: [
      {
        name: "about", kind: "choice", label: "About", choices: [["whole", "the agreement as a whole"], ["fact", "a fact, or one that is missing …"],
          ...(findings.length ? [{ label: "a finding", choices: findings.map((each) => [each.id, each.label]) }] : [])],
      },
      { name: "fact", kind: "text", label: "Place of the fact", list: facts, required: false, hint: "Where it stands in the arrangement, such as /datasets/0/duo. Only where the comment is about a fact." },
      { name: "text", kind: "area", label: "Comment" },
    ],
    body: ({ about, fact, text }) => ({
      text,
      ...(about === "fact" ? { fact: fact.trim() } : {}),
      ...(about.startsWith("finding") ? { finding: findings.find((each) => each.id === about).anchor } : {}),
    }),
  };
}
