// Begin a review: of an arrangement in a file, or of one that is stored.
import { el, fill } from "./made.js";
import { forget, keep, unsentOf } from "./desk-acting.js";
import { may, read, send } from "./desk-ask.js";
import { reasons } from "./desk-words.js";

export async function begin(place, query) {
  if (!may("agreements:write")) {
    fill(place, el("h1", { tabindex: "-1" }, "Begin a review"), el("p", { class: "note" }, "Submitters begin reviews; your roles do not allow it."));
    return;
  }
  const from = query.get("from");
  const typed = { arrangement: "", note: "", ...unsentOf("new", "begin") };
  if (from && (!typed.arrangement || window.confirm("Replace the arrangement that you have begun with?"))) {
    typed.arrangement = JSON.stringify((await read(`v1/evaluations/${encodeURIComponent(from)}`)).data.arrangement, null, 2);
  }
  const text = el("textarea", { id: "new-arrangement", class: "code", rows: "16", required: true, spellcheck: "false", "aria-describedby": "new-hint" });
  const note = el("textarea", { id: "new-note", rows: "3", maxlength: "10000" });
  [text.value, note.value] = [typed.arrangement, typed.note];
  const fault = el("div", { class: "refusal", role: "alert" });
  const open = async () => {
    if (file.files[0]) text.value = await file.files[0].text();
  };
  const file = el("input", { id: "new-file", type: "file", accept: ".json,application/json", change: open });
  const form = el("form", {
    input: () => keep("new", "begin", { arrangement: text.value, note: note.value }, "Begin a review"),
    submit: async (event) => {
      event.preventDefault();
      fill(fault);
      try {
        const made = await send("v1/agreements", { arrangement: JSON.parse(text.value), note: note.value });
        forget("new", "begin");
        window.location.hash = `/agreements/${made.data.id}`;
      } catch (refusal) {
        fill(fault, el("p", {}, el("strong", {}, refusal instanceof SyntaxError ? "This is no JSON." : `${refusal.message}.`)),
          reasons(refusal.errors || [{ message: refusal.message }]));
      }
    },
  },
  el("label", { for: "new-file" }, "Open a file (JSON)"), file,
  el("label", { for: "new-arrangement" }, "The arrangement"), text,
  el("p", { class: "hint", id: "new-hint" }, "JSON: parties, datasets, transfers, measures. It is decided at once, and is a draft until you submit it."),
  el("label", { for: "new-note" }, "Note ", el("span", { class: "hint" }, "(may be left out)")), note, fault,
  el("button", { type: "submit" }, "Begin the review"));
  fill(place, el("h1", { tabindex: "-1" }, "Begin a review"), form);
}
