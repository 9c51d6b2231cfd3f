// What the service says of an arrangement, in the order in which people need it.
import { cited, el, said, table } from "./made.js";
import { plural, words } from "./words.js";

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
// Answers that are more than a choice or a line: the form has fields for them.
const IN_FORM = ["country", "region", "count", "owners"];

export function outcome(code, size = "") {
  return el("span", { class: `outcome ${code} ${size}` }, `${SIGNS[code]} ${words(code)}`);
}

export function result(decision, arrangement, act) {
  const names = Object.fromEntries(arrangement.parties.map((party) => [party.id, party.name || party.id]));
  return [
    ...summary(decision, act.kept),
    ...downloads(act.download),
    ...map(decision, names, act.map),
    ...questions(decision.questions, arrangement, act),
    el("h2", {}, "Transfers, and why"),
    ...decision.transfers.flatMap((transfer) => about(transfer, names)),
    ...checklist(decision.conditions),
    ...receipt(decision),
  ];
}

function summary(decision, kept) {
  const change = decision.next_change;
  return [
    el("h2", { id: "outcome", tabindex: "-1" }, decision.title),
    el("p", {}, outcome(decision.outcome, "big")),
    el("p", {}, `${NEXT[decision.outcome]} Law of ${decision.as_of}.`),
    el("ul", {},
      el("li", {}, plural(decision.transfers.length, "transfer", "transfers")),
      el("li", {}, plural(decision.questions.length, "question is open", "questions are open")),
      el("li", {}, plural(decision.conditions.length, "condition to keep", "conditions to keep")),
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
  const said = decision.transfers.map((each) => `${names[each.exporter]} to ${names[each.importer]}: ${words(each.outcome)}`);
  return [
    el("h2", {}, "Map of transfers"),
    // It can be wider than a phone: whoever uses a keyboard has to reach it to move it.
    el("figure", { tabindex: "0", role: "group", "aria-label": "Map of transfers" }, el("img", { src: address, alt: `${said.join("; ")}.` })),
    el("p", {}, el("a", { href: address, download: "map.svg" }, "Save the map (SVG)")),
  ];
}

function questions(asked, arrangement, act) {
  if (!asked.length) return [el("h2", {}, "Questions"), el("p", {}, "No fact is missing that could change the outcome.")];
  const first = [...asked].sort((one, other) => other.deciding - one.deciding);
  return [
    el("h2", {}, "Questions"),
    el("p", { class: "hint" }, "Answer what you know; each answer decides again. Those that settle the outcome come first",
      asked.some((each) => each.easing) ? ", those that could only make a refused transfer easier to mend last." : "."),
    ...first.map((question, index) => asking(question, `answer-${index}`, arrangement, act)),
  ];
}

function asking(question, id, arrangement, act) {
  const why = el("p", { class: "hint" }, `${question.deciding ? "Settles the outcome. " : question.easing ? "Could open an easier way. " : ""}Known by: ${words(question.by)}. Asked by `
    + `${question.because.slice(0, 2).join(", ")}.`);
  const there = (text) => el("button", { type: "button", "data-leads": question.pointer, click: () => { act.lead(question.pointer); } }, text);
  if (IN_FORM.includes(question.type) || (question.type === "set" && !question.values.length)) {
    return el("div", { class: "question" }, el("p", {}, el("strong", {}, ...said(question.ask))), why, there("Answer it in the form"));
  }
  const [field, read] = input(question, id, arrangement);
  return el("form", {
    class: "question",
    submit: (event) => {
      event.preventDefault();
      const value = read();
      if (value !== undefined) act.answer(question, value);
    },
  }, field, why, el("div", { class: "buttons" }, el("button", { type: "submit" }, "Answer"), there("Show it in the form")));
}

function input(question, id, arrangement) {
  const parties = Object.fromEntries(arrangement.parties.map((party) => [party.id, party.name || party.id]));
  const choices = { bool: ["yes", "no"], party: Object.keys(parties) }[question.type] || question.values;
  const label = el("label", { for: id }, ...said(question.ask));
  if (question.type === "set" && choices.length) {
    const boxes = choices.map((value) => el("input", { type: "checkbox", value, id: `${id}-${value}` }));
    const field = el("fieldset", {}, el("legend", {}, ...said(question.ask)),
      ...boxes.map((box) => el("label", { for: box.id }, box, ` ${words(box.value)}`)));
    return [field, () => {
      const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
      return chosen.length === 0 ? undefined : chosen.includes("none") ? "none" : chosen;
    }];
  }
  if (choices.length) {
    const list = el("select", { id, required: true }, el("option", { value: "" }, "Choose …"),
      ...choices.map((value) => el("option", { value }, parties[value] && question.type === "party" ? parties[value] : words(value))));
    return [el("div", {}, label, list), () => (question.type === "bool" ? list.value === "yes" : list.value)];
  }
  const kind = { int: "number", date: "date" }[question.type] || "text";
  const line = el("input", { id, type: kind, required: true });
  return [el("div", {}, label, line), () => (kind === "number" ? Number(line.value) : line.value)];
}

function checklist(conditions) {
  if (!conditions.length) return [el("h2", {}, "Conditions checklist"), el("p", {}, "No condition stays open.")];
  const rows = conditions.map((each, index) => [
    el("label", { class: "inline", for: `done-${index}` }, el("input", { type: "checkbox", id: `done-${index}` }),
      ` ${each.says}${each.only_if_known ? " (If it applies.)" : ""}`),
    each.cite, each.transfer, words(each.owed_by || "not stated"),
    each.when === "after" ? `within ${each.days} days` : words(each.when),
  ]);
  return [
    el("h2", {}, "Conditions checklist"),
    table("Duties that stay open", ["Condition", "Citation", "Transfer", "Owner", "When"], rows),
  ];
}

function about(transfer, names) {
  const reached = transfer.findings.filter((finding) => finding.outcome !== "not_applicable");
  const rest = transfer.findings.length - reached.length;
  return [
    el("h3", {}, `${transfer.id}: ${names[transfer.exporter]} to ${names[transfer.importer]}`),
    el("p", {}, outcome(transfer.outcome)),
    ...transfer.gaps.map((gap) => el("p", { class: "note" }, `Gap: ${gap.what}. ${gap.help}.`)),
    ...reached.map((each) => finding(each, each.outcome === transfer.outcome && !/^permitted/.test(transfer.outcome))),
    rest ? el("p", { class: "hint" }, `${plural(rest, "more instrument was", "more instruments were")} considered and found not to reach it.`) : null,
    transfer.notes.length ? el("details", {}, el("summary", {}, plural(transfer.notes.length, "remark or warning", "remarks and warnings")),
      el("ul", {}, ...transfer.notes.map((note) => el("li", {}, `${note.says} [${note.cite}]`)))) : null,
  ].filter(Boolean);
}

// What keeps a transfer from taking place is open from the start.
function finding(found, isOpen) {
  return el("details", { open: isOpen },
    el("summary", {}, outcome(found.outcome), `${found.title}, data set ${found.dataset}: ${found.why}`),
    el("p", {}, "Source: ", cited(found.cite, found.href)),
    ...found.options.map((option, index) => el("div", { class: "note" },
      el("p", {}, `Would make it lawful${option.cite ? ` under ${option.cite}` : ""}, once all of this is so (${index + 1} of ${found.options.length}):`),
      el("ul", {}, ...option.measures.map((each) => el("li", {},
        `${each.ask} (by ${words(each.by)}${each.days ? `, about ${each.days} days` : ""})`))))),
    ...found.readings.map((each) => el("p", {}, `Read as ${words(each.option)}: ${words(each.outcome)}. ${each.says}`)),
    el("details", {}, el("summary", {}, `Rules that decided, and routes considered (${found.rules.length})`),
      el("ul", { class: "rules" }, ...found.rules.map(rule))));
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
