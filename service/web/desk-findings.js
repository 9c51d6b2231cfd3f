// The findings of the current revision, the facts that are talked about, and what people said of each.
import { cited, el } from "./made.js";
import { leaves } from "./desk-differences.js";
import { outcome, plural, quoted, when, who } from "./desk-words.js";

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

function comments(agreement, said) {
  return el("ul", { class: "comments" }, ...said.map((act) => el("li", {},
    el("p", { class: "id" }, who(act.by), ", ", when(act.at), act.revision === agreement.revision ? "" : `, about revision ${act.revision}`),
    quoted(act.body.text))));
}

// `comment(about, fact)` opens the form for a comment, or is null where the caller may not comment.
export function findings(agreement, record, comment) {
  const said = agreement.acts.filter((act) => act.kind === "commented");
  const found = record ? findingsOf(record.decision) : [];
  const button = (label, about, fact) => (comment ? el("button", {
    type: "button", class: "quiet", "aria-label": `Comment on ${label}`, click: () => comment(about, fact),
  }, "Comment") : "");
  const lost = said.filter((act) => act.body.finding && !found.some((each) => isAbout(act, each)));
  const facts = Map.groupBy(said.filter((act) => act.body.fact != null), (act) => act.body.fact);
  const whole = said.filter((act) => !act.body.finding && act.body.fact == null);
  return [
    el("ul", { class: "findings" }, ...found.map((each) => {
      const about = said.filter((act) => isAbout(act, each));
      return el("li", {},
        el("div", { class: "finding" }, outcome(each.outcome), el("div", {},
          el("strong", {}, each.title), el("span", { class: "id" }, ` transfer ${each.transfer}, data set ${each.dataset}; `, cited(each.cite, each.href)),
          el("p", {}, each.why)), button(each.label, each.id)),
        about.length ? comments(agreement, about) : "");
    })),
    el("h3", {}, "On the agreement as a whole"),
    whole.length ? comments(agreement, whole) : el("p", { class: "hint" }, "No comment."),
    ...(facts.size ? [el("h3", {}, "On facts")] : []),
    ...[...facts].map(([place, about]) => el("div", {}, el("p", {}, el("code", {}, place || "/"), " ", button(place, "fact", place)), comments(agreement, about))),
    ...(lost.length ? [el("h3", {}, "On findings that are no longer there"), comments(agreement, lost)] : []),
  ];
}

export function talk(agreement) {
  const said = agreement.acts.filter((act) => act.kind === "commented").length;
  return plural(said, "comment", "comments");
}
