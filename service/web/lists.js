// The members of a part, and lists of parts: parties, data sets and transfers as cards, smaller parts as rows.
import { areas } from "./areas.js";
import { field } from "./fields.js";
import { GROUPS, helpOf, labelOf, LISTS } from "./layout.js";
import { el } from "./made.js";
import { isMap, pointerOf } from "./store.js";
import { sentence, words } from "./words.js";

const BY_AREA = { traits: "Facts that single laws ask about", measures: "Safeguards of this transfer alone" };

// Every member is shown: those that the layout does not know stand under "More".
function groupsOf(part, names) {
  const plain = names.filter((name) => !(name in BY_AREA));
  const groups = GROUPS[part] || [["", plain]];
  const rest = plain.filter((name) => !groups.some(([, inside]) => inside.includes(name)));
  const shown = groups.map(([heading, inside]) => [heading, inside.filter((name) => plain.includes(name))]);
  return rest.length ? [...shown, ["More", rest]] : shown;
}

export function parts(form, path, part, node = form.words.part(part)) {
  const members = Object.entries(node.properties);
  const groups = groupsOf(part, Object.keys(node.properties)).flatMap(([heading, names]) => {
    const build = () => names.map((name) => member(form, path, part, name, node));
    return heading ? [group(form, path, heading, names, build)] : build();
  });
  const byArea = Object.keys(BY_AREA).filter((name) => name in node.properties)
    .map((name) => group(form, path, BY_AREA[name], [name], () => areas(form, [...path, name], form.words.nodeOf(node.properties[name]))));
  return [...groups, ...byArea, strange(form, path, members.map(([name]) => name))];
}

export function member(form, path, part, name, node) {
  const help = helpOf(part, name, node.properties[name].description);
  return field(form, {
    path: [...path, name], part, name, node: node.properties[name], label: labelOf(part, name), help,
    isNeeded: (node.required || []).includes(name),
  });
}

// A fold that says how much of what is in it is stated.
function group(form, path, heading, names, build) {
  const stated = el("span", { class: "id" });
  const show = () => {
    const found = names.filter((name) => name !== "id").map((name) => form.store.at([...path, name])).filter((value) => value !== undefined);
    const number = names.length === 1 && isMap(found[0]) ? Object.keys(found[0]).length : found.length;
    stated.textContent = number ? ` ${number} stated` : "";
  };
  show();
  form.live(show);
  const pointers = names.map((name) => pointerOf([...path, name]));
  return form.fold(`${pointerOf(path)}#${heading}`, pointers, [heading, stated], build);
}

// Keys that no form can know stay where they are, and are told of.
export function strange(form, path, known) {
  const there = form.store.at(path);
  const found = isMap(there) ? Object.keys(there).filter((key) => !known.includes(key)) : [];
  return found.length ? el("p", { class: "note" }, "Kept in the JSON, though the form does not know it: ",
    ...found.flatMap((key, index) => [index ? ", " : "", el("code", {}, key)])) : "";
}

function fresh(form, stem, taken) {
  let number = 1;
  while (taken.includes(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}

// -- rows ------------------------------------------------------------------------------------------------------------

export function list(form, spec) {
  const value = form.store.at(spec.path);
  const items = Array.isArray(value) ? value : [];
  const one = sentence(words(spec.part === "Subjects" ? "country" : spec.part === "UsePermission" ? "way_of_use" : spec.part === "StudiedDisease" ? "disease" : spec.part));
  const none = el("input", {
    type: "checkbox", id: `${spec.id}-none`, checked: value === "none",
    change: () => { form.restructure(() => form.store.put(spec.path, none.checked ? "none" : undefined, "list"), none.id); },
  });
  const add = el("button", {
    type: "button", id: `${spec.id}-add`, class: "small",
    click: () => {
      const path = [...spec.path, items.length];
      const made = spec.part === "UsePermission" ? { id: fresh(form, "way", items.map((item) => item?.id)) } : {};
      form.restructure(() => form.store.set(path, made, "list"), pointerOf(path));
    },
  }, `Add ${one === "Owner" ? "an" : "a"} ${one.toLowerCase()}`);
  const rows = items.map((item, index) => row(form, [...spec.path, index], spec, `${one} ${index + 1}`, item));
  return [
    spec.hasNone && !items.length ? el("label", { class: "inline", for: none.id }, none, ` ${spec.none}`) : "",
    value === undefined ? el("p", { class: "chosen" }, "Not known: nothing is stated.") : "",
    ...rows, value === "none" ? "" : add,
  ];
}

function row(form, path, spec, title, item) {
  const remove = el("button", {
    type: "button", class: "small", "aria-label": `Take out: ${title}`,
    click: () => { form.restructure(() => form.store.remove(path, "list"), `at${spec.pointer}-add`); },
  }, "Take out");
  const inside = isMap(item) ? parts(form, path, spec.part, spec.node) : [el("p", {}, el("code", {}, JSON.stringify(item)))];
  return el("fieldset", { class: "row-of", "data-at": pointerOf(path), "data-label": title }, el("legend", {}, title), ...inside, remove);
}

// -- cards -----------------------------------------------------------------------------------------------------------

export function cards(form, name) {
  const { part, one, add, stem } = LISTS[name];
  const items = form.store.at([name]);
  const there = Array.isArray(items) ? items : [];
  return [
    ...there.map((item, index) => card(form, [name, index], part, `${one} ${index + 1}`, item)),
    el("button", {
      type: "button", id: `at/${name}-add`,
      click: () => {
        const path = [name, there.length];
        form.restructure(() => form.store.set(path, { id: fresh(form, stem, form.store.ids(name)) }, "list"), pointerOf(path));
      },
    }, add),
  ];
}

// Hundreds of cards are looked at after each change, and hardly any has changed.
function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

function card(form, path, part, title, item) {
  const pointer = pointerOf(path);
  const node = form.words.part(part);
  const name = el("span", { class: "card-name" });
  const about = el("span", { class: "card-about" });
  const needs = el("span", { class: "needed" });
  const build = () => [
    ...(isMap(item) ? parts(form, path, part) : [el("p", {}, el("code", {}, JSON.stringify(item)))]),
    el("button", {
      type: "button", class: "small",
      click: () => {
        if (!window.confirm(`Take out ${name.textContent}?`)) return;
        form.restructure(() => form.store.remove(path, "list"), `at/${path[0]}-add`);
      },
    }, "Take out this ", el("span", {}, LISTS[path[0]].one.toLowerCase())),
  ];
  const isOpen = node.required.some((key) => form.store.at([...path, key]) === undefined);
  const fold = form.fold(pointer, [pointer], [name, about, needs], build, isOpen);
  const show = () => {
    const missing = node.required.filter((key) => form.store.at([...path, key]) === undefined).length;
    fold.dataset.label = form.titleOf(path) || title;
    write(name, fold.dataset.label);
    write(about, form.summaryOf(path));
    write(needs, missing ? `${missing} still needed` : "");
  };
  fold.classList.add("card");
  fold.dataset.at = pointer;
  show();
  form.live(show);
  return fold;
}
