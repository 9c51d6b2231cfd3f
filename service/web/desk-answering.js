// Answers to questions of a decision: each is sent with how it is known, and makes another revision.
import { el, said } from "./made.js";
import { words } from "./desk-words.js";

// How an answer is written for which there is no choice and no line among the questions.
const HOW = {
  owners: 'Write none, or everybody with a share: [{"country": "CN", "percent": 60}].',
  count: 'Write from which countries, and how many: [{"country": "FI", "persons": 1200}].',
  set: "Separate several by commas, or write none.",
  country: "Write its code, such as JP.",
  region: "Write its code, such as US-CA.",
};

const source = () => ({ name: "source", kind: "area", label: "How is this known?", hint: "A contract, a register, a person: kept with the answer." });

function inWords(value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "string" ? words(value) : JSON.stringify(value);
}

// What was written, as an arrangement has it.
function written(question, text) {
  const line = text.trim();
  if (/^[[{]/.test(line)) return JSON.parse(line);
  return question.type === "set" && line !== "none" ? line.split(",").map((each) => each.trim()).filter(Boolean) : line;
}

// The act of an answer; `value` is left out where it is still to be written.
export function answering(question, value) {
  const act = { id: "answer", path: "answers", title: `Answer: ${question.ask.replaceAll("`", "")}`, button: "Send the answer" };
  const body = (known, told) => ({ pointer: question.pointer, fact: question.fact, value: known, source: told });
  if (value !== undefined) {
    return {
      ...act, says: [...said(question.ask), ` You answer “${inWords(value)}”. It makes another revision, decided anew.`], fields: [source()],
      body: (typed) => body(value, typed.source),
    };
  }
  return {
    ...act, says: [...said(question.ask), ` The answer makes another revision, decided anew.`],
    fields: [{ name: "written", kind: "text", label: "Answer", hint: HOW[question.type] }, source()],
    body: (typed) => body(written(question, typed.written), typed.source),
  };
}

const parts = (nodes, kind) => nodes.flatMap((node) => [...(node.matches(kind) ? [node] : []), ...node.querySelectorAll(kind)]);

// Questions as the page at `/` shows them lead into its form; here each is answered where it stands.
export function answerHere(nodes) {
  for (const button of parts(nodes, "[data-leads]")) {
    if (button.closest("form")) button.remove();
    else button.textContent = "Answer";
  }
}

// Questions that are shown, and cannot be answered.
export function onlyShown(nodes, why) {
  const first = nodes.findIndex((node) => node.matches(".question"));
  if (first >= 0) nodes.splice(first, 0, el("p", { class: "note" }, why));
  for (const button of parts(nodes, ".question button")) button.remove();
  for (const field of parts(nodes, ":is(input, select, textarea)").filter((each) => each.closest(".question"))) field.disabled = true;
}
