// Begin with something that is written already: an arrangement as JSON or YAML, or a document that the service drafts one from.
import { el, said } from "./made.js";
import { isMap } from "./store.js";

const NOTES = [
  ["missing", "Still to be added"],
  ["unmapped", "Said by the document, and not in the draft"],
  ["assumed", "In the draft on a reading that somebody has to confirm"],
  ["renamed", "Given by an old or other name"],
];
// At first as many as can be read at a glance.
const FEW = 12;

const isArrangement = (data) => isMap(data) && ["parties", "transfers", "datasets"].some((key) => key in data) && !("@context" in data);

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// The arrangement in a file, with notes where it was drafted; null where the service refused it and said why.
export async function open(file, kind, ask) {
  const text = await file.text();
  const isJson = /^\uFEFF?\s*[[{]/.test(text);
  const data = isJson ? parsed(text.replace(/^\uFEFF/, "")) : undefined;
  const isYaml = !isJson && (kind === "arrangement" || /\.ya?ml$/i.test(file.name));
  if (isYaml) return plain(await ask("web/yaml", {}, { body: text, type: "application/yaml" }));
  if (kind === "arrangement" || (!kind && isArrangement(data)) || (isJson && data === undefined)) return { text, data };
  const type = isJson ? "application/json" : /@prefix|@base|\.ttl$/i.test(`${text.slice(0, 5000)} ${file.name}`) ? "text/turtle" : "text/plain";
  const answer = await ask("v1/imports", kind ? { from: kind } : {}, { body: text, type });
  if (!answer) return null;
  const { arrangement, notes } = await answer.json();
  return { data: arrangement, notes };
}

async function plain(answer) {
  return answer && { data: await answer.json() };
}

// What somebody has to look at before a draft is used: nothing of the document is dropped without a word.
export function notesOf(notes, name, { lead, told }) {
  const line = (note) => el("li", {}, ...(note.kind === "missing" && told(note.where)
    ? [el("a", { href: "#fields", click: (event) => {
      event.preventDefault();
      lead(note.where);
    } }, told(note.where))]
    : [...said(note.message), note.help ? el("span", {}, ...said(` (${note.help})`)) : "", " ", el("span", { class: "id" }, note.where)]));
  const lists = NOTES.map(([kind, heading]) => [heading, notes.filter((note) => note.kind === kind)]).filter(([, found]) => found.length);
  return el("section", { class: "note drafted", "aria-labelledby": "drafted" },
    el("h2", { id: "drafted", tabindex: "-1" }, `Drafted from ${name}`),
    el("p", {}, notes.length ? "The draft says no more than the document. What could not be taken over is listed here; it is not kept when you leave "
      + "the page." : "All that the document says is in the draft, which says no more than that."),
    ...lists.map(([heading, found]) => el("details", { open: found.length <= FEW }, el("summary", {}, `${heading} (${found.length})`),
      el("ul", {}, ...found.map(line)))));
}
