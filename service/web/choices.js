// Controls that choose among words of the vocabulary, or among the parts of the arrangement.
import { common } from "./fields.js";
import { EMPTY, SORTED } from "./layout.js";
import { el, fill } from "./made.js";
import { sentence, words } from "./words.js";

const FEW = 8;

// A list of values with the one that stands, even where it is no word that is known.
function options(select, entries, value, first) {
  const known = value === undefined || entries.some(([name]) => name === value);
  fill(select, ...(first ? [el("option", { value: "" }, first)] : []), ...entries.map(([name, label]) => el("option", { value: name }, label)),
    ...(known ? [] : [el("option", { value }, `${value} (not known here)`)]));
  select.value = value ?? "";
}

export function choice(form, spec) {
  const terms = form.words.terms(spec.values);
  const entries = terms.map((term) => [term.name, sentence(words(term.name))]);
  const means = el("p", { class: "means", id: `${spec.id}-means` });
  const show = () => { fill(means, terms.find((term) => term.name === select.value)?.says || ""); };
  const described = [spec.help ? `${spec.id}-help` : "", means.id].filter(Boolean).join(" ");
  const select = el("select", {
    ...common(spec), "aria-describedby": described,
    change: () => {
      form.put(spec, select.value || undefined);
      show();
    },
  });
  options(select, entries, form.store.at(spec.path), spec.isNeeded ? "Choose …" : "Not known");
  show();
  return [select, means];
}

// One of the parts of the arrangement, by its name; a party can be a branch of somebody outside, of whom the country is known.
export function reference(form, spec) {
  const select = el("select", { ...common(spec), change: () => { form.put(spec, select.value || undefined); } });
  const show = () => {
    if (document.activeElement === select) return;
    const own = spec.path[0] === spec.link ? form.store.at([...spec.path.slice(0, 2), "id"]) : undefined;
    const entries = form.store.ids(spec.link).filter((id) => id !== undefined && id !== own).map((id) => [id, form.nameOf(spec.link, id)]);
    if (spec.hasNone) entries.push(["none", spec.none]);
    if (spec.name === "branch_of") {
      entries.push(...Object.entries(form.words.places.countries).map(([code, name]) => [code, `Somebody outside, in ${name}`]));
    }
    const unknown = { branch_of: "None, or not known", onward_of: "None" }[spec.name] || "Not known";
    options(select, entries, form.store.at(spec.path), spec.isNeeded ? "Choose …" : unknown);
  };
  show();
  form.live(show);
  return select;
}

export function references(form, spec) {
  const boxes = el("div", { class: "terms" });
  const show = () => {
    if (boxes.contains(document.activeElement)) return;
    const chosen = form.store.at(spec.path) || [];
    const ids = [...new Set([...form.store.ids(spec.link).filter((id) => id !== undefined), ...chosen])];
    fill(boxes, ...ids.map((id, index) => box(form, spec, { name: id, label: form.nameOf(spec.link, id), says: "" }, index)));
  };
  show();
  form.live(show);
  return boxes;
}

function box(form, spec, term, index, after = () => {}) {
  const id = `${spec.id}-${index}`;
  const chosen = () => form.store.at(spec.path) || [];
  const input = el("input", {
    type: "checkbox", id, checked: chosen().includes(term.name),
    change: () => {
      if (input.checked === chosen().includes(term.name)) return;
      const now = input.checked ? [...chosen(), term.name] : chosen().filter((each) => each !== term.name);
      form.put(spec, now.length ? now : undefined);
      after();
    },
  });
  return el("label", { class: "term", for: id, "data-word": `${term.label} ${term.says}`.toLowerCase() }, input,
    el("span", {}, term.label, term.says ? el("span", { class: "says" }, ` ${term.says}`) : ""));
}

// Any number of words: few of them at once, many of them behind what is chosen.
export function several(form, spec) {
  const listed = spec.name === "duo" ? form.words.duo()
    : form.words.terms(spec.values).map((term) => ({ ...term, label: sentence(words(term.name)) }));
  const stray = (form.store.at(spec.path) || []).filter((each) => !listed.some((term) => term.name === each));
  const terms = [...listed, ...stray.map((name) => ({ name, label: `${name} (not known here)`, says: "" }))];
  const chosen = el("p", { class: "chosen", id: `${spec.id}-chosen` });
  const show = () => {
    const now = form.store.at(spec.path);
    const names = (now || []).map((each) => terms.find((term) => term.name === each)?.label || each);
    fill(chosen, names.length ? names.join(", ") : now && EMPTY[`${spec.part}.${spec.name}`] ? `${EMPTY[`${spec.part}.${spec.name}`]}.`
      : spec.isNeeded ? "Nothing chosen yet." : "Not known: nothing is chosen.");
  };
  const change = () => {
    show();
    nobody.forEach((each) => { each.firstChild.checked = Array.isArray(form.store.at(spec.path)) && !form.store.at(spec.path).length; });
  };
  const nobody = none(form, spec, change);
  const boxes = terms.map((term, index) => box(form, spec, term, index, change));
  show();
  const offered = terms.length > FEW ? grouped(spec, terms, boxes) : [el("div", { class: "terms" }, ...boxes)];
  if (terms.length <= FEW) return [...offered, ...nobody, chosen];
  return [chosen, form.fold(`${spec.pointer}#choose`, [], `Choose from ${terms.length}`, () => [...offered, ...nobody])];
}

// An empty list says that there is none, for a few sets; it is never made by leaving a field alone.
function none(form, spec, after) {
  const says = EMPTY[`${spec.part}.${spec.name}`];
  if (!says || spec.values?.includes("none")) return [];
  const input = el("input", {
    type: "checkbox", id: `${spec.id}-none`, checked: form.store.at(spec.path)?.length === 0,
    change: () => {
      form.put(spec, input.checked ? [] : undefined);
      for (const each of input.closest("fieldset").querySelectorAll(".terms input")) each.checked = false;
      after();
    },
  });
  return [el("label", { class: "inline", for: input.id }, input, ` ${says}`)];
}

function grouped(spec, terms, boxes) {
  const sorted = SORTED[spec.name] || [];
  const named = new Set(sorted.flatMap(([, names]) => names));
  const rest = terms.map((term) => term.name).filter((name) => !named.has(name));
  const groups = [...sorted, [sorted.length ? "Other" : "", rest]].map(([heading, names]) => {
    const inside = names.map((name) => boxes[terms.findIndex((term) => term.name === name)]).filter(Boolean);
    return inside.length ? el("div", { class: "terms-group" }, heading ? el("p", { class: "heading" }, heading) : "", el("div", { class: "terms" }, ...inside)) : "";
  });
  const find = el("input", {
    type: "search", id: `${spec.id}-find`, autocomplete: "off",
    input: () => {
      const wanted = find.value.trim().toLowerCase();
      for (const each of boxes) each.hidden = !each.dataset.word.includes(wanted);
      for (const each of groups) if (each) each.hidden = !each.querySelector(".term:not([hidden])");
    },
  });
  return [el("label", { class: "find", for: find.id }, "Find a word in this list"), find, ...groups];
}
