// The findings of the current revision, the facts that are talked about, and what people said of each.
import { cited, el, said } from "./made.js";
import { leaves } from "./desk-differences.js";
import { Names } from "./names.js";
import { by, outcome, plural, quoted, when, who } from "./desk-words.js";

const RANK = ["prohibited", "not_yet_permitted", "undetermined", "permitted_with_conditions", "permitted"];

// What a comment can be about, the gravest first.
export function findingsOf(decision) {
  return decision.transfers.flatMap((transfer) => transfer.findings
    .filter((each) => each.outcome !== "not_applicable")
    .map((each) => ({
      ...each,
      transfer: transfer.id,
      id: `finding ${transfer.id} ${each.dataset} ${each.instrument}`,
      label: `${each.title} (transfer ${transfer.id}, data set ${each.dataset})`,
      anchor: { transfer: transfer.id, instrument: each.instrument, dataset: each.dataset },
    }))).sort((one, other) => RANK.indexOf(one.outcome) - RANK.indexOf(other.outcome));
}

// Facts that stand in the arrangement, and those that the decision asks for.
export function factsOf(record) {
  const missing = record.decision.questions.map((each) => [each.pointer, `missing: ${each.ask}`]);
  return [...missing, ...leaves(record.arrangement).map(([place, value]) => [place, String(value).slice(0, 80)])];
}

const isAbout = (comment, found) => comment.body.finding && comment.body.finding.transfer === found.transfer
  && comment.body.finding.instrument === found.instrument && [null, undefined, found.dataset].includes(comment.body.finding.dataset);

function comments(agreement, talked) {
  return el("ul", { class: "comments" }, ...talked.map((act) => el("li", {},
    el("p", { class: "id" }, who(act.by), ", ", when(act.at), act.revision === agreement.revision ? "" : `, about revision ${act.revision}`),
    quoted(act.body.text))));
}

// `comment(about, fact)` opens the form for a comment, or is null where the caller may not comment.
export function findings(agreement, record, comment) {
  const talked = agreement.acts.filter((act) => act.kind === "commented");
  const found = record ? findingsOf(record.decision) : [];
  const button = (label, about, fact) => (comment ? el("button", {
    type: "button", class: "quiet", "aria-label": `Comment on ${label}`, click: () => comment(about, fact),
  }, "Comment") : "");
  const aboutOf = (each) => talked.filter((act) => isAbout(act, each));
  // What stands in the way, or is talked about, is in sight; the rest unfolds.
  const isInSight = (each) => !each.outcome.startsWith("permitted") || aboutOf(each).length > 0;
  const list = (some) => el("ul", { class: "findings" }, ...some.map((each) => finding(agreement, each, aboutOf(each), button)));
  const [first, rest] = [found.filter(isInSight), found.filter((each) => !isInSight(each))];
  const lost = talked.filter((act) => act.body.finding && !found.some((each) => isAbout(act, each)));
  const facts = Map.groupBy(talked.filter((act) => act.body.fact != null), (act) => act.body.fact);
  const whole = talked.filter((act) => !act.body.finding && act.body.fact == null);
  return [
    first.length ? list(first) : "",
    rest.length ? el("details", {}, el("summary", {}, plural(rest.length, "finding lets it pass", "findings let it pass")), list(rest)) : "",
    el("h3", {}, "On the agreement as a whole"),
    whole.length ? comments(agreement, whole) : el("p", { class: "hint" }, "No comment."),
    ...(facts.size ? [el("h3", {}, "On facts")] : []),
    ...[...facts].map(([place, about]) => el("div", {}, el("p", {}, el("code", {}, place || "/"), " ", button(place, "fact", place)), comments(agreement, about))),
    ...(lost.length ? [el("h3", {}, "On findings that are no longer there"), comments(agreement, lost)] : []),
  ];
}

function finding(agreement, found, about, button) {
  return el("li", {},
    el("div", { class: "finding" }, outcome(found.outcome), el("div", {},
      el("strong", {}, found.title), el("span", { class: "id" }, ` transfer ${found.transfer}, data set ${found.dataset}; `, cited(found.cite, found.href)),
      el("p", {}, found.why)), button(found.label, found.id)),
    about.length ? comments(agreement, about) : "");
}

// What the decision asks for; the answers are given further down, where each question has its form.
export function missing(record, canAnswer) {
  const asked = record ? [...record.decision.questions].sort((one, other) => other.deciding - one.deciding) : [];
  if (!asked.length) return [el("p", {}, "No fact is missing that could change the outcome.")];
  const names = new Names(record.arrangement);
  const isMixed = asked.some((each) => !each.deciding);
  return [
    el("ul", {}, ...asked.map((each) => el("li", {}, ...said(names.told(each)), isMixed && each.deciding ? el("strong", {}, " Settles the outcome.") : "",
      each.easing ? " Could open an easier way." : "",
      el("span", { class: "id" }, ` Known by: ${by(each.by)}.`)))),
    canAnswer ? el("p", {}, el("a", { href: "#questions" }, "Answer them")) : "",
  ];
}

export function talk(agreement) {
  const talked = agreement.acts.filter((act) => act.kind === "commented").length;
  return plural(talked, "comment", "comments");
}
