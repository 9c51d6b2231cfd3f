// Stored evaluations: a list, one of them, and deciding it again.
import { el, fill, table } from "./made.js";
import { result } from "./result.js";
import { onlyShown } from "./desk-answering.js";
import { file, may, post, read } from "./desk-ask.js";
import { OUTCOMES, day, evaluationLink, more, outcome, pages, reasons, titled, when, who, words } from "./desk-words.js";

export async function evaluations(place, query) {
  const asked = { title: query.get("title") || "", outcome: query.get("outcome") || "", cursor: query.get("cursor") || "" };
  const found = (await read(more("v1/evaluations", { ...asked, limit: 25 }))).data;
  fill(place, el("h1", { tabindex: "-1" }, "Stored evaluations"), filter(asked),
    found.items.length ? table("Newest first", ["Arrangement", "Outcome", "Law of", "Stored", "By"], found.items.map((each) => [
      evaluationLink(each.id, titled(each.title)), outcome(each.outcome), day(each.as_of), when(each.created_at), who(each.created_by),
    ])) : el("p", { class: "note" }, "There is none like that."),
    pages("#/evaluations", asked, found.next));
}

function filter(asked) {
  const title = el("input", { id: "title", type: "search", value: asked.title, maxlength: "200" });
  const list = el("select", { id: "outcome-sought" }, el("option", { value: "" }, "All outcomes"),
    ...OUTCOMES.map((each) => el("option", { value: each, selected: each === asked.outcome }, words(each))));
  return el("form", {
    class: "filter",
    role: "search",
    submit: (event) => {
      event.preventDefault();
      window.location.hash = more("/evaluations", { title: title.value, outcome: list.value });
    },
  }, el("label", { for: "title" }, "Title has"), title, el("label", { for: "outcome-sought" }, "Outcome"), list, el("button", { type: "submit" }, "Show"));
}

export async function evaluation(place, name) {
  const path = `v1/evaluations/${encodeURIComponent(name)}`;
  const [record, map] = await Promise.all([read(path).then((answer) => answer.data), file(`${path}/map`).catch(() => null)]);
  const nodes = result(record.decision, record.arrangement, {
    map: map ? URL.createObjectURL(map.content) : "", answer: () => {}, lead: () => {}, download: saving(`${path}/report`),
  });
  onlyShown(nodes, "What is stored stays as it is: answers go to an agreement under review, or into the arrangement.");
  fill(place, el("p", { class: "id" }, el("a", { href: "#/evaluations" }, "Stored evaluations"), ` / ${record.id}`),
    el("h1", { tabindex: "-1" }, titled(record.title)),
    el("p", {}, "Stored ", when(record.created_at), " by ", who(record.created_by), "; law of ", day(record.as_of), ", Safeconduct ", record.engine, "."),
    ...replaying(path, may("agreements:write")
      ? el("a", { class: "button", href: more("#/new", { from: record.id }) }, "Begin a review of this arrangement") : ""),
    ...nodes);
}

function replaying(path, beside) {
  const place = el("div", { role: "status" });
  const button = (label, law) => el("button", {
    type: "button",
    click: async () => {
      fill(place, el("p", {}, "Deciding again …"));
      await post(`${path}/replay?law=${law}`).then((found) => fill(place, ...replayed(found)),
        (refusal) => fill(place, el("p", {}, `${refusal.message}.`), reasons(refusal.errors || [])));
    },
  }, label);
  return [el("div", { class: "buttons" }, button("Decide again by the law of today", "current"),
    button("Decide again by the law of that time", "stored"), beside), place];
}

function replayed(found) {
  const { recorded, replayed: now } = found.outcome;
  const head = found.same ? "The very same answer, to the letter." : recorded === now ? "The outcome is the same; something else is not." : "The outcome is another.";
  const short = (text) => (text === null ? "–" : /^[0-9a-f]{64}$/.test(text) ? text.slice(0, 12) : words(text));
  return [el("p", {}, el("strong", {}, head), " ", outcome(recorded), recorded === now ? "" : " became ", recorded === now ? "" : outcome(now)),
    found.changes.length ? table("What changed, causes first", ["What", "Name", "Recorded", "Now"],
      found.changes.map((each) => [each.what, each.name, short(each.recorded), short(each.replayed)])) : ""];
}

// A document, saved under the name that the service gives it.
export const saving = (path) => async (form) => {
  const status = document.getElementById("status");
  status.textContent = "Writing the document …";
  try {
    const found = await file(form ? more(path, { format: form }) : path);
    const link = el("a", { href: URL.createObjectURL(found.content), download: found.name || "document" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    status.textContent = `${found.name} is ready.`;
  } catch (refusal) {
    status.textContent = `${refusal.message}.`;
  }
};
