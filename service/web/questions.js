// What a decision asks for: each question with a field of its own, and what the answers mean.
import { el, fill, said } from "./made.js";
import { by, sentence, words } from "./words.js";

// Answers that are more than a choice or a line: the form has fields for them.
const IN_FORM = ["country", "region", "count", "owners"];
// So many words of a choice are looked at by a reader; of more, what the chosen one means is told.
const FEW = 4;

export function questions(asked, arrangement, names, act) {
  const head = el("h2", { id: "questions", tabindex: "-1" }, "Questions");
  if (!asked.length) return [head, el("p", {}, "No fact is missing that could change the outcome.")];
  const fields = [...asked].sort((one, other) => other.deciding - one.deciding)
    .map((question, index) => ({ question, ...control(question, `answer-${index}`, arrangement, names, act) }));
  const rest = (own) => fields.filter((each) => each !== own && each.read?.() !== undefined).map((each) => [each.question, each.read()]);
  return [
    head,
    el("p", { class: "hint" }, "Answer what you know; each answer decides again. Those that settle the outcome come first",
      asked.some((each) => each.easing) ? ", those that could only make a refused transfer easier to mend last." : "."),
    ...fields.map((own) => asking(own, names, rest, act)),
  ];
}

function control(question, id, arrangement, names, act) {
  if (IN_FORM.includes(question.type) || (question.type === "set" && !question.values.length)) return {};
  return input(question, id, arrangement, names, act.means?.(question) || []);
}

function asking(own, names, rest, act) {
  const { question, field, read } = own;
  const why = el("p", { class: "hint" }, `${question.deciding ? "Settles the outcome. " : question.easing ? "Could open an easier way. " : ""}`
    + `Known by: ${by(question.by)}. Asked by `
    + `${question.because.slice(0, 2).join(", ")}.`);
  const there = (text) => el("button", { type: "button", "data-leads": question.pointer, click: () => { act.lead(question.pointer); } }, text);
  if (!field) return el("div", { class: "question" }, el("p", {}, el("strong", {}, ...said(names.told(question)))), why, there("Answer it in the form"));
  return el("form", {
    class: "question",
    submit: (event) => {
      event.preventDefault();
      // What was filled in elsewhere among the questions goes along: nobody fills it in twice.
      if (read() !== undefined) act.answer(question, read(), rest(own));
    },
  }, field, why, el("div", { class: "buttons" },
    // Read out by itself it says which of the questions it answers.
    el("button", { type: "submit", "aria-label": `Answer: ${names.told(question).replaceAll("`", "")}` }, "Answer"), there("Show it in the form")));
}

function input(question, id, arrangement, names, terms) {
  const parties = question.type === "party" ? arrangement.parties.map((party) => party.id) : [];
  const choices = { bool: ["yes", "no"], party: parties }[question.type] || question.values;
  const ask = said(names.told(question));
  if (question.type === "set") return several(choices, id, ask, terms);
  if (choices.length) return one(question, choices, id, ask, terms, names);
  const kind = { int: "number", date: "date" }[question.type] || "text";
  const line = el("input", { id, type: kind, required: true });
  const read = () => (line.value === "" ? undefined : kind === "number" ? Number(line.value) : line.value);
  return { field: el("div", {}, el("label", { for: id }, ...ask), line), read };
}

function one(question, choices, id, ask, terms, names) {
  const told = terms.length <= FEW ? terms.filter((term) => term.says) : [];
  const means = el("p", { class: "means", id: `${id}-means` }, ...told.flatMap((term) => [el("strong", {}, `${sentence(words(term.name))}: `), `${term.says} `]));
  const list = el("select", {
    id, required: true, "aria-describedby": means.id,
    change: () => { if (!told.length) fill(means, terms.find((term) => term.name === list.value)?.says || ""); },
  }, el("option", { value: "" }, "Choose …"), ...choices.map((value) => el("option", { value }, question.type === "party" ? names.party(value) : words(value))));
  const read = () => (list.value === "" ? undefined : question.type === "bool" ? list.value === "yes" : list.value);
  return { field: el("div", {}, el("label", { for: id }, ...ask), list, means), read };
}

function several(choices, id, ask, terms) {
  const boxes = choices.map((value) => el("input", { type: "checkbox", value, id: `${id}-${value}` }));
  const says = (value) => terms.find((term) => term.name === value)?.says;
  const field = el("fieldset", {}, el("legend", {}, ...ask), el("div", { class: "terms" }, ...boxes.map((box) => el("label", { class: "term", for: box.id }, box,
    el("span", {}, sentence(words(box.value)), says(box.value) ? el("span", { class: "says" }, ` ${says(box.value)}`) : "")))));
  const read = () => {
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    return chosen.length === 0 ? undefined : chosen.includes("none") ? "none" : chosen;
  };
  return { field, read };
}
