// One field of the form: its label, its help, and the control that fits what the schema says of the value. A field that is
// left alone, or put back to "Not known", is not in the arrangement at all.
import { choice, reference, references, several } from "./choices.js";
import { NONE } from "./layout.js";
import { list, parts } from "./lists.js";
import { el, said } from "./made.js";
import { place, placeList } from "./places.js";
import { linkOf, pointerOf } from "./store.js";

const isText = (value) => typeof value === "string";
const areTexts = (value) => Array.isArray(value) && value.every(isText);
// Whether a control can show a value; what it cannot show is left as it stands.
const SHOWS = {
  text: isText, choice: isText, place: isText, day: (value) => /^\d{4}-\d\d-\d\d$/.test(value), truth: (value) => typeof value === "boolean",
  number: Number.isFinite, places: areTexts, lines: areTexts, set: areTexts, list: Array.isArray,
  object: (value) => value !== null && typeof value === "object" && !Array.isArray(value),
  count: (value) => Number.isFinite(value) || Number.isFinite(value?.at_least) || Number.isFinite(value?.at_most),
};
const CONTROLS = {
  text, number, day, truth, count, lines, choice, place, list, set: several, places: placeList, object: nested, reference, references,
};
// Controls of more than one part: a fieldset with a legend says what they are about.
const GROUPED = new Set(["truth", "count", "set", "places", "list", "object", "references"]);

// A field, as an element. `about` has: path, part, name, node, label, help, isNeeded.
export function field(form, about) {
  const found = form.words.kind(about.node);
  const link = linkOf(about.path);
  const kind = link ? { text: "reference", choice: "reference", lines: "references" }[found.kind] || found.kind : found.kind;
  const none = NONE[`${about.part}.${about.name}`] || "There is none";
  const spec = { ...about, ...found, kind, link, none, id: idOf(about.path), pointer: pointerOf(about.path) };
  const value = form.store.at(spec.path);
  const isShown = value === undefined || (value === "none" && spec.hasNone) || (SHOWS[kind] || SHOWS[found.kind])(value);
  const control = isShown ? CONTROLS[kind](form, spec) : asItStands(form, spec, value);
  return framed(form, spec, control);
}

export const idOf = (path) => `at${pointerOf(path)}`;

export function framed(form, spec, control) {
  const label = [...said(spec.label), spec.isNeeded ? el("span", { class: "needed" }, " needed") : ""];
  const help = spec.help ? el("p", { class: "hint", id: `${spec.id}-help` }, ...said(spec.help)) : "";
  const attributes = { class: `field ${spec.kind}`, "data-at": spec.pointer, "data-label": spec.label };
  if (GROUPED.has(spec.kind)) {
    return el("fieldset", { ...attributes, id: spec.id, "aria-describedby": help ? help.id : null }, el("legend", {}, ...label), help, ...[control].flat());
  }
  return el("div", attributes, el("label", { for: spec.id }, ...label), help, ...[control].flat());
}

// What a control has in common with others of its kind.
export function common(spec) {
  return { id: spec.id, "aria-describedby": spec.help ? `${spec.id}-help` : null, "aria-required": spec.isNeeded ? "true" : null };
}

function asItStands(form, spec, value) {
  return el("div", { class: "note" }, el("p", {}, "The JSON says this in a way that the form does not show: ", el("code", {}, JSON.stringify(value))),
    el("button", { type: "button", id: spec.id, click: () => { form.store.remove(spec.path, "list"); } }, "Take it out"));
}

function text(form, spec) {
  const isShort = !spec.isLong || ["title", "name"].includes(spec.name);
  const put = () => { form.put(spec, line.value.trim() ? line.value : undefined); };
  // An id is put once it is whole: whatever refers to the part goes with it.
  const when = spec.name === "id" ? { change: put } : { input: put, change: () => { form.called(spec); } };
  const line = el(isShort ? "input" : "textarea", {
    ...common(spec), ...when, rows: isShort ? null : 3, maxlength: spec.most, autocomplete: "off",
    placeholder: spec.isNeeded ? null : "Not known",
  });
  line.value = form.store.at(spec.path) ?? "";
  return line;
}

function number(form, spec) {
  const { minimum, maximum, type } = spec.node;
  const line = el("input", {
    ...common(spec), type: "number", min: minimum, max: maximum, step: type === "integer" ? 1 : "any", placeholder: "Not known",
    input: () => { if (!line.validity.badInput) form.put(spec, line.value === "" ? undefined : Number(line.value)); },
  });
  line.value = form.store.at(spec.path) ?? "";
  return line;
}

// A day; or, where that can be said, that there is none.
function day(form, spec) {
  const value = form.store.at(spec.path);
  const line = el("input", {
    ...common(spec), type: "date",
    input: () => { if (!line.validity.badInput) form.put(spec, line.value || undefined); },
  });
  line.value = value === "none" ? "" : value ?? "";
  if (!spec.hasNone) return line;
  const box = el("input", {
    type: "checkbox", id: `${spec.id}-none`, checked: value === "none",
    change: () => {
      line.disabled = box.checked;
      form.put(spec, box.checked ? "none" : line.value || undefined);
    },
  });
  line.disabled = box.checked;
  return [line, el("label", { class: "inline", for: box.id }, box, ` ${spec.none}`)];
}

export function radios(form, spec, answers, chosen, change) {
  return el("div", { class: "answers" }, ...answers.map(([value, label], index) => {
    const id = `${spec.id}-${index}`;
    return el("label", { class: "inline", for: id },
      el("input", { type: "radio", name: spec.id, id, value: String(index), checked: value === chosen, change: () => { change(value); } }), ` ${label}`);
  }));
}

function truth(form, spec) {
  const answers = [[true, "Yes"], [false, "No"], [undefined, "Not known"]];
  return radios(form, spec, answers, form.store.at(spec.path), (value) => { form.put(spec, value); });
}

const COUNTS = [["", "Not known"], ["is", "Exactly"], ["at_least", "At least"], ["at_most", "At most"], ["between", "Between"]];
function count(form, spec) {
  const value = form.store.at(spec.path);
  const bounds = Number.isFinite(value) ? { is: value } : value || {};
  const how = el("select", { id: `${spec.id}-how`, "aria-label": `${spec.label} How well is it known?` },
    ...COUNTS.map(([name, label]) => el("option", { value: name }, label)));
  how.value = "at_least" in bounds && "at_most" in bounds ? "between" : Object.keys(bounds)[0] || "";
  const lines = Object.fromEntries([["is", "Number"], ["at_least", "From"], ["at_most", "To"]].map(([name, label]) => {
    const line = el("input", { type: "number", min: 0, step: 1, id: `${spec.id}-${name}`, "aria-label": `${spec.label} ${label}`, input: read });
    line.value = bounds[name] ?? "";
    return [name, line];
  }));
  function read() {
    const shown = how.value === "between" ? ["at_least", "at_most"] : [how.value];
    const told = shown.filter((name) => lines[name]?.value).map((name) => [name, Number(lines[name].value)]);
    form.put(spec, !told.length ? undefined : how.value === "is" ? told[0][1] : Object.fromEntries(told));
  }
  function show() {
    for (const [name, line] of Object.entries(lines)) line.hidden = how.value !== name && !(how.value === "between" && name !== "is");
  }
  how.addEventListener("change", () => {
    const told = Object.values(lines).find((line) => !line.hidden && line.value)?.value;
    show();
    for (const line of Object.values(lines)) if (!line.hidden && !line.value && told) line.value = told;
    read();
  });
  show();
  return el("div", { class: "count" }, how, ...Object.values(lines));
}

function lines(form, spec) {
  const box = el("textarea", {
    ...common(spec), rows: 2, placeholder: spec.isNeeded ? "One on each line" : "Not known; one on each line",
    input: () => {
      const told = box.value.split("\n").map((each) => each.trim()).filter(Boolean);
      form.put(spec, told.length ? told : undefined);
    },
  });
  box.value = (form.store.at(spec.path) || []).join("\n");
  return box;
}

function nested(form, spec) {
  return parts(form, spec.path, spec.part, spec.node.properties ? spec.node : form.words.part(spec.part));
}
