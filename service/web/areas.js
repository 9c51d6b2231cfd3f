// Facts and evidence that single laws ask about: hundreds of them. What is stated comes first; the others are found by
// words, or by the law of the countries in the arrangement. Nobody has to go through them: a decision asks for what it needs.
import { field, framed, idOf, radios } from "./fields.js";
import { labelOf } from "./layout.js";
import { el, fill } from "./made.js";
import { isMap, pointerOf } from "./store.js";

const MOST_FOUND = 15;

export function areas(form, path, node) {
  const entries = Object.entries(node.properties);
  const there = form.store.at(path);
  const stated = isMap(there) ? Object.keys(there) : [];
  const [known, left] = [entries.filter(([id]) => stated.includes(id)), entries.filter(([id]) => !stated.includes(id))];
  const strange = stated.filter((id) => !Object.hasOwn(node.properties, id));
  const shown = known.map(([id, each]) => item(form, path, id, each, true));
  const offered = el("div", {});
  const pointer = pointerOf(path);
  const browse = () => {
    const relevant = new Set(form.areas());
    const names = [...new Set(left.map(([id]) => id.split(".")[0]))];
    const isRelevant = (name) => relevant.has(name) || !form.words.areas[name]?.countries.length;
    const folds = (some) => some.map((name) => byArea(form, path, name, left.filter(([id]) => id.split(".")[0] === name)));
    const [near, far] = [names.filter(isRelevant), names.filter((name) => !isRelevant(name))];
    const inFar = left.filter(([id]) => far.includes(id.split(".")[0])).map(([id]) => pointerOf([...path, id]));
    const others = far.length ? form.fold(`${pointer}#others`, inFar, `Law of other countries (${far.length})`, () => folds(far)) : "";
    fill(offered, ...folds(near), ...[others].filter(Boolean));
  };
  browse();
  return [
    ...shown,
    strange.length ? el("p", { class: "note" }, "Kept in the JSON, though no law here asks for it: ", el("code", {}, strange.join(", "))) : "",
    ...(left.length ? search(form, path, left, offered, browse) : []), offered,
  ];
}

function byArea(form, path, name, entries) {
  const heading = `${form.words.areas[name]?.name || name} (${entries.length})`;
  return form.fold(`${pointerOf(path)}#${name}`, entries.map(([id]) => pointerOf([...path, id])), heading, () => entries.map(([id, node]) => item(form, path, id, node)));
}

function search(form, path, entries, offered, browse) {
  const told = el("p", { class: "hint", role: "status" });
  const find = el("input", {
    type: "search", id: `${idOf(path)}-find`, autocomplete: "off",
    input: () => {
      const wanted = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      told.textContent = "";
      if (!wanted.length) return browse();
      const found = entries.filter(([id, node]) => {
        const text = `${id} ${form.words.area(id)} ${node.description}`.toLowerCase();
        return wanted.every((word) => text.includes(word));
      });
      // The law of the countries in the arrangement first.
      const relevant = new Set(form.areas());
      found.sort(([one], [other]) => relevant.has(other.split(".")[0]) - relevant.has(one.split(".")[0]));
      told.textContent = found.length > MOST_FOUND ? `${found.length} found, the first ${MOST_FOUND} are shown: add a word.` : `${found.length} found.`;
      fill(offered, ...found.slice(0, MOST_FOUND).map(([id, node]) => item(form, path, id, node, true)));
    },
  });
  return [el("label", { class: "find", for: find.id }, "Find by words, such as “standard clauses” or “ethics”"), find, told];
}

// One of them; where it does not stand under its area, it says whose law asks.
function item(form, path, id, node, isAlone = false) {
  const label = form.say(node.description || id, path);
  const about = { path: [...path, id], part: "", name: id, node, label, help: isAlone ? form.words.area(id) : "", isNeeded: false };
  return form.words.kind(node).kind === "evidence" ? evidence(form, about) : field(form, about);
}

const ANSWERS = [["shown", "Yes"], ["not", "No"], ["", "Not shown or not known"]];

// Evidence is there or not; where it is, it may say since when, until when, by what, and what it found.
function evidence(form, about) {
  const spec = { ...about, kind: "places", id: idOf(about.path), pointer: pointerOf(about.path) };
  const details = el("div", { class: "evidence" });
  const now = () => form.store.at(spec.path);
  const { node } = form.words.kind(about.node);
  const show = () => {
    const fields = Object.entries(node.properties).map(([name, each]) => field(form, {
      path: [...spec.path, name], part: "", name, node: each, isNeeded: false,
      label: each.description ? form.say(each.description, about.path) : labelOf("", name), help: "",
    }));
    fill(details, ...(now() === true || isMap(now()) ? fields : []));
  };
  const chosen = () => (now() === undefined ? "" : now() === true || isMap(now()) ? "shown" : "not");
  const answers = radios(form, spec, ANSWERS, chosen(), (answer) => {
    if (answer === chosen()) return;
    form.put(spec, { shown: true, not: false, "": undefined }[answer]);
    show();
  });
  show();
  return framed(form, spec, [answers, details]);
}
