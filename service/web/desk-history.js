// What was done to an agreement: its log, who signed off in which role, and every override that there ever was.
import { el, table } from "./made.js";
import { ATTENTION, day, evaluationLink, signer, outcome, quoted, state, when, who, words } from "./desk-words.js";

// One thing that was done, in a sentence; for the log, and for whoever was looking at an older version.
export function told(act, agreement) {
  const { body } = act;
  const said = {
    revised: () => ["sent revision ", String(body.number), ": ", outcome(body.outcome)],
    answered: () => ["answered “", (body.questions || []).map((each) => each.ask).join(" "), "”, which made revision ", String(body.number), ": ", outcome(body.outcome)],
    stepped: () => ["took it from ", state(body.from), " to ", state(body.to)],
    commented: () => ["commented", ...anchor(body)],
    signed: () => [body.verdict === "approve" ? "signed off as " : "objected as ", el("strong", {}, words(body.role)), ", ", signer(body.reviewer)],
    override_proposed: () => ["proposed to override ", outcome(body.outcome), " until ", day(body.expires_on), ", ", signer(body.reviewer)],
    override_confirmed: () => ["confirmed the override", proposedBy(agreement, body.override), " as second person, ", signer(body.reviewer)],
    attended: () => ["gave attention: ", ATTENTION[body.attention]?.[0] || words(body.attention)],
    outcome_changed: () => ["found another outcome by the law of ", day(body.day), ": ", outcome(body.from), " became ", outcome(body.to),
      body.evaluation ? [" (", evaluationLink(body.evaluation, "its decision"), ")"] : ", as the law no longer understands the arrangement"],
    override_expired: () => ["found that the override has had its last day, by which it is ", outcome(body.outcome)],
  }[act.kind];
  return [who(act.by), " ", ...(said ? said() : [words(act.kind)]).flat()];
}

function proposedBy(agreement, id) {
  const found = agreement?.acts.find((each) => each.id === id);
  return found ? ` proposed on ${found.at.slice(0, 10)}` : "";
}

function anchor({ finding, fact }) {
  if (finding) return [" on ", el("code", {}, finding.instrument), ", transfer ", el("code", {}, finding.transfer)];
  return fact != null ? [" on ", el("code", {}, fact || "/")] : [];
}

const textOf = (body) => body.reason || body.text || body.source || body.note || "";

export function log(agreement) {
  const begun = el("li", {}, when(agreement.created_at), ": ", who(agreement.created_by), " began it");
  return [el("ol", { class: "log", reversed: true }, ...[...agreement.acts].reverse().map((act) => el("li", {},
    when(act.at), ": ", ...told(act, agreement), textOf(act.body) ? quoted(textOf(act.body)) : "",
    el("span", { class: "id" }, `version ${act.version}, revision ${act.revision}`))), begun)];
}

const ofRole = (act) => `${act.body.reviewer} ${act.body.role}`;

// What counts for the current revision: of each reviewer in each role, what they said last.
export function standingSignoffs(agreement) {
  return new Map(agreement.acts.filter((act) => act.kind === "signed" && act.revision === agreement.revision).map((act) => [ofRole(act), act]));
}

export function signoffs(agreement) {
  const signed = agreement.acts.filter((act) => act.kind === "signed");
  if (!signed.length) return [el("p", {}, "Nobody has signed off yet.")];
  const standing = standingSignoffs(agreement);
  const rows = [...signed].reverse().map((act) => {
    const counts = act.revision !== agreement.revision ? `no longer: it was about revision ${act.revision}`
      : standing.get(ofRole(act)) === act ? "yes" : "no: they said something later";
    return [words(act.body.role), el("strong", { class: act.body.verdict }, act.body.verdict === "approve" ? "✓ approves" : "× objects"),
      signer(act.body.reviewer), quoted(act.body.reason, "span"), when(act.at), counts];
  });
  return [table("By role, the latest first", ["Role", "Says", "Reviewer", "Reason", "When", "Counts"], rows)];
}

// Every override, whatever became of it: what was overridden stays visible.
export function overrides(agreement) {
  const proposed = agreement.acts.filter((act) => act.kind === "override_proposed");
  if (!proposed.length) return "";
  return el("section", { class: "overrides", "aria-labelledby": "overrides" }, el("h2", { id: "overrides" }, proposed.length === 1 ? "Override" : "Overrides"),
    ...[...proposed].reverse().map((act) => override(agreement, act)));
}

function override(agreement, act) {
  const second = agreement.acts.find((each) => each.kind === "override_confirmed" && each.body.override === act.id);
  const fact = (name, ...inside) => [el("dt", {}, name), el("dd", {}, ...inside)];
  return el("article", { class: `override ${agreement.override?.act === act.id ? "standing" : ""}` },
    el("p", {}, el("strong", {}, standingOf(agreement, act, second)), " ", outcome(act.body.outcome), " is overridden until ", day(act.body.expires_on), "."),
    el("dl", {},
      ...fact("Proposed by", who(act.by), ", ", signer(act.body.reviewer), ", ", when(act.at)),
      ...fact("Reason", quoted(act.body.reason)),
      ...(second
        ? [...fact("Second person", who(second.by), ", ", signer(second.body.reviewer), ", ", when(second.at)), ...fact("Their reason", quoted(second.body.reason))]
        : fact("Second person", "none yet"))));
}

function standingOf(agreement, act, second) {
  if (agreement.override?.act === act.id) return "Counts today.";
  if (act.revision !== agreement.revision) return `No longer counts: it was about revision ${act.revision}.`;
  if (act.body.expires_on < new Date().toISOString().slice(0, 10)) return "No longer counts: its last day is over.";
  return second ? "No longer counts: a later one does." : "Does not count yet: a second person has to confirm it.";
}
