// What the service says of an arrangement, in the order in which people need it.
import { cited, el, table } from "./made.js";
import { Names } from "./names.js";
import { questions } from "./questions.js";
import { by, plural, sentence, words } from "./words.js";

const SIGNS = {
  prohibited: "×", not_yet_permitted: "!", undetermined: "?", permitted_with_conditions: "✓·", permitted: "✓", not_applicable: "–",
};
const NEXT = {
  prohibited: "No lawful way is in the parties’ hands: change the project, its place, its data or its mode.",
  not_yet_permitted: "As proposed it may not start, but a set of measures below would make it lawful.",
  undetermined: "Facts are missing, or a place is not covered: answer the questions below.",
  permitted_with_conditions: "It may start, and the duties in the checklist are to be kept.",
  permitted: "It may start, and every duty is shown as met.",
};
const STATUS = {
  holds: "applies", fails: "does not apply", defeated: "applies, but an exception takes it away", unknown: "depends on missing facts",
  open: "open", available: "available, but not all that it requires is shown", met: "duty, fulfilled",
  unmet: "duty, not shown as fulfilled", unknown_if_met: "duty, unknown whether fulfilled", recorded: "remark",
};
const FORMS = [
  ["pdf", "PDF"], ["docx", "Word (DOCX)"], ["html", "Web page"], ["markdown", "Markdown"], ["jsonld", "Linked data (JSON-LD)"],
  ["crate", "Archive (RO-Crate)"],
];
// A condition of a rule as people read it.
const condition = (text) => words(text).replaceAll(" == ", " is ").replaceAll(" != ", " is not ").replaceAll(" in [", " is one of [")
  .replaceAll(" >= ", " is at least ");

export function outcome(code, size = "") {
  return el("span", { class: `outcome ${code} ${size}` }, `${SIGNS[code]} ${words(code)}`);
}

// `act` says what can be done with it: `download` a document, `answer` a question, `lead` to the field of a fact; and where
// there is a form, `show` the field of a measure, and `means`, which gives what the answers to a question mean.
export function result(decision, arrangement, act) {
  const names = new Names(arrangement);
  return [
    ...summary(decision, act.kept),
    ...downloads(act.download),
    ...map(decision, names, act.map),
    ...questions(decision.questions, arrangement, names, act),
    el("h2", {}, "Transfers, and why"),
    ...decision.transfers.flatMap((transfer) => about(transfer, names, act)),
    ...checklist(decision.conditions),
    ...receipt(decision),
  ];
}

// What one law would let pass, another can still refuse.
function waiting(decision) {
  const isOpen = decision.transfers.some((transfer) => transfer.findings.some((each) => each.outcome === "undetermined"));
  return isOpen && decision.outcome === "not_yet_permitted" ? " Other laws wait for facts: until the questions are answered, that may not be enough." : "";
}

function summary(decision, kept) {
  const change = decision.next_change;
  return [
    el("h2", { id: "outcome", tabindex: "-1" }, decision.title),
    el("p", {}, outcome(decision.outcome, "big")),
    el("p", {}, `${NEXT[decision.outcome]}${waiting(decision)} Law of ${decision.as_of}.`),
    el("ul", {},
      el("li", {}, sentence(plural(decision.transfers.length, "transfer", "transfers"))),
      el("li", {}, sentence(plural(decision.questions.length, "question is open", "questions are open"))),
      el("li", {}, sentence(plural(decision.conditions.length, "condition to keep", "conditions to keep"))),
      el("li", {}, change ? `On ${change.day} law that is already dated changes the outcome: it is then ${words(change.outcome)}.`
        : "No law that is already dated changes the outcome later."),
      kept ? el("li", {}, "Kept as ", el("a", { href: `desk#/evaluations/${kept.split("/").pop()}` }, kept.split("/").pop()),
        "; the review desk can begin a review of it.") : null),
  ];
}

function downloads(download) {
  return [
    el("h2", {}, "Documents for the agreement file"),
    el("div", { class: "buttons" }, ...FORMS.map(([form, name]) => el("button", {
      type: "button",
      click: async (event) => {
        event.target.disabled = true;
        await download(form, name).finally(() => { event.target.disabled = false; });
      },
    }, name))),
  ];
}

function map(decision, names, address) {
  if (!address) return [];
  const said = decision.transfers.map((each) => `${names.party(each.exporter)} to ${names.party(each.importer)}: ${words(each.outcome)}`);
  return [
    el("h2", {}, "Map of transfers"),
    // It can be wider than a phone: whoever uses a keyboard has to reach it to move it.
    el("figure", { tabindex: "0", role: "group", "aria-label": "Map of transfers" }, el("img", { src: address, alt: `${said.join("; ")}.` })),
    el("p", {}, el("a", { href: address, download: "map.svg" }, "Save the map (SVG)")),
  ];
}

function checklist(conditions) {
  if (!conditions.length) return [el("h2", {}, "Conditions checklist"), el("p", {}, "No condition stays open.")];
  const rows = conditions.map((each, index) => [
    el("label", { class: "inline", for: `done-${index}` }, el("input", { type: "checkbox", id: `done-${index}` }),
      ` ${each.says}${each.only_if_known ? " (If it applies.)" : ""}`),
    each.cite, each.transfer, by(each.owed_by),
    each.when === "after" ? `within ${each.days} days` : words(each.when),
  ]);
  return [
    el("h2", {}, "Conditions checklist"),
    table("Duties that stay open", ["Condition", "Citation", "Transfer", "Owner", "When"], rows),
  ];
}

function about(transfer, names, act) {
  const reached = transfer.findings.filter((finding) => finding.outcome !== "not_applicable");
  const rest = transfer.findings.length - reached.length;
  return [
    el("h3", {}, `${names.party(transfer.exporter)} to ${names.party(transfer.importer)}`, el("span", { class: "id" }, ` ${transfer.id}`)),
    el("p", {}, outcome(transfer.outcome)),
    ...transfer.gaps.map((gap) => el("p", { class: "note" }, `Gap: ${gap.what}. ${gap.help}.`)),
    ...reached.map((each) => finding(each, each.outcome === transfer.outcome && !/^permitted/.test(transfer.outcome), transfer, names, act)),
    rest ? el("p", { class: "hint" }, `${plural(rest, "more instrument was", "more instruments were")} considered and found not to reach it.`) : null,
    transfer.notes.length ? el("details", {}, el("summary", {}, plural(transfer.notes.length, "remark or warning", "remarks and warnings")),
      el("ul", {}, ...transfer.notes.map((note) => el("li", {}, `${note.says} [${note.cite}]`)))) : null,
  ].filter(Boolean);
}

// What keeps a transfer from taking place is open from the start.
function finding(found, isOpen, transfer, names, act) {
  return el("details", { open: isOpen },
    el("summary", {}, outcome(found.outcome), ` ${found.title}, ${names.dataset(found.dataset)}: ${found.why}`),
    el("p", {}, "Source: ", cited(found.cite, found.href)),
    ...found.options.map((option, index) => el("div", { class: "note" },
      el("p", {}, `Would make it lawful${option.cite ? ` under ${option.cite}` : ""}, once all of this is so (${index + 1} of ${found.options.length}):`),
      el("ul", {}, ...option.measures.map((each) => measure(each, transfer, names, act))))),
    ...found.readings.map((each) => el("p", {}, `Read as ${words(each.option)}: ${words(each.outcome)}. ${each.says}`)),
    el("details", {}, el("summary", {}, `Rules that decided, and routes considered (${found.rules.length})`),
      el("ul", { class: "rules" }, ...found.rules.map(rule))));
}

// What it has to show is part of it: an assessment that finds against the transfer is none that would help.
function measure(each, transfer, names, act) {
  const shows = each.detail ? ` It has to show: ${condition(each.detail)}.` : "";
  const days = each.days ? `, about ${each.days} days` : "";
  const there = act.show ? el("button", {
    type: "button", class: "small", "aria-label": `Show it in the form: ${each.ask}`, click: () => { act.show(names.measure(transfer.id, each.measure)); },
  }, "Show it in the form") : "";
  return el("li", {}, `${each.ask}${shows} (by ${by(each.by)}${days}) `, there);
}

function rule(found) {
  const status = found.kind === "route" && found.status === "fails" ? "not open" : STATUS[found.status];
  return el("li", {},
    cited(found.cite, found.href), `: ${found.says} `, el("strong", {}, `${words(found.kind)}: ${status}.`),
    el("ul", { class: "conditions" }, ...[...found.conditions, ...found.requires].map((each) => el("li", {}, `${each.truth}: ${each.text}`))),
    found.exceptions.length ? el("ul", { class: "rules" }, ...found.exceptions.map(rule)) : null,
    el("span", { class: "id" }, `${found.id}${found.recalled ? " (text recalled, not seen)" : ""}`));
}

function receipt(decision) {
  const { library_sha256: law, input_sha256: input, engine, rulesets } = decision.receipt;
  const rules = rulesets.reduce((sum, each) => sum + each.rules, 0);
  const unseen = rulesets.reduce((sum, each) => sum + each.recalled_rules, 0);
  return [
    el("h2", {}, "Receipt"),
    el("p", {}, `Rests on ${rulesets.length} instruments with ${rules} rules; the text of ${unseen} of them was recalled and not seen `
      + "when they were encoded."),
    el("p", { class: "id" }, `Law ${law.slice(0, 16)}, input ${input.slice(0, 16)}, Safeconduct ${engine}, law of ${decision.as_of}.`),
  ];
}
