// The guided form: what is needed first, the rest folded away and made only when somebody opens it.
import { areas } from "./areas.js";
import { field } from "./fields.js";
import { mark, target } from "./faults.js";
import { LISTS } from "./layout.js";
import { cards, member, strange } from "./lists.js";
import { el, fill } from "./made.js";
import { isMap, pointerOf } from "./store.js";
import { slug, words } from "./words.js";

const PLACES = ["country", "organised_under", "employer_country", "citizenship", "collected_in", "storage", "access_from", "via"];
const AUTOMATIC = /^(party|data|transfer)-\d+$/;

export class Form {
  #root;
  #folds = new Map();
  #lives = [];
  #faults = [];
  #wanted = "";
  #known = null;

  constructor(root, store, words_) {
    this.#root = root;
    this.store = store;
    this.words = words_;
    store.order = Object.keys(words_.schema.properties);
    store.follow((change) => {
      this.#known = null;
      if (change.by === "load") this.#folds.clear();
      if (change.by === "load" || change.by === "text") this.#faults = [];
      if (change.by !== "field") this.draw();
      else this.#edited(pointerOf(change.path));
    });
  }

  // -- drawing ---------------------------------------------------------------------------------------------------------

  draw() {
    this.#lives = [];
    const held = document.activeElement?.id;
    const top = window.scrollY;
    const { schema } = this.words;
    const about = [...["title", "as_of"].map((name) => member(this, [], "", name, schema))];
    const shown = new Set(["title", "as_of", "measures", "readings", "traits", "notes", ...Object.keys(LISTS)]);
    const more = Object.keys(schema.properties).filter((name) => !shown.has(name));
    fill(this.#root,
      this.#section("About the project", "", about),
      ...Object.entries(LISTS).map(([name, each]) => this.#section(each.heading, each.hint, cards(this, name))),
      this.#section("Which safeguards and evidence are there?", "Contracts, approvals, assessments, protective measures: what holds for "
        + "every transfer. You need not go through these lists: after a decision, the questions say what matters.",
      areas(this, ["measures"], this.words.nodeOf(schema.properties.measures))),
      this.fold("#more", ["/readings", "/traits", "/notes", ...more.map((name) => `/${name}`)], "More: readings of the law, facts of the whole, notes",
        () => [...this.#readings(), ...areas(this, ["traits"], schema.properties.traits), ...[...more, "notes"].map((name) => member(this, [], "", name, schema))]),
      strange(this, [], Object.keys(schema.properties)));
    mark(this.#root, this.#faults);
    if (held && document.activeElement?.id !== held) document.getElementById(held)?.focus({ preventScroll: true });
    window.scrollTo({ top });
  }

  #section(heading, hint, inside) {
    return el("section", { "data-label": "" }, el("h2", {}, heading), hint ? el("p", { class: "hint" }, hint) : "", ...inside.filter(Boolean));
  }

  #readings() {
    return this.words.readings.map((reading) => {
      const values = reading.options.map((option) => option.name);
      const means = reading.options.map((option) => `${words(option.name)}: ${option.says}`).join(" ");
      return field(this, {
        path: ["readings", reading.id], part: "", name: reading.id, node: { enum: values }, label: reading.ask, help: means, isNeeded: false,
      });
    });
  }

  // What is inside is made when it is opened; it opens by itself for a fault, or for what somebody is led to.
  fold(key, pointers, label, build, isOpen = false) {
    const leads = (where) => where && pointers.some((pointer) => where === pointer || where.startsWith(`${pointer}/`));
    const isLed = leads(this.#wanted) || this.#faults.some((fault) => leads(fault.where));
    const inside = el("div", { class: "inside" });
    const details = el("details", { class: "fold", open: isLed || (this.#folds.get(key) ?? isOpen) }, el("summary", {}, ...[label].flat()), inside);
    const make = () => { if (details.open && !inside.firstChild) inside.append(...build().filter((each) => each !== "" && each !== null)); };
    make();
    details.addEventListener("toggle", () => {
      make();
      this.#folds.set(key, details.open);
    });
    return details;
  }

  // Something that shows what is said elsewhere, and follows it.
  live(show) {
    this.#lives.push(show);
  }

  // -- changing --------------------------------------------------------------------------------------------------------

  put({ path, name }, value) {
    const isId = name === "id" && path.length === 3 && path[0] in LISTS;
    if (!isId) this.store.put(path, value, "field");
    else if (value !== undefined) this.store.rename(path[0], path[1], value.trim(), "field");
  }

  // A part that has a name gets an id that says so, unless somebody has chosen one.
  called({ path, name }) {
    const [list, index] = path;
    const id = this.store.at([list, index, "id"]);
    if (path.length !== 3 || LISTS[list]?.name !== name || !AUTOMATIC.test(id)) return;
    const short = slug(this.store.at(path), 25);
    const taken = this.store.ids(list);
    if (!/^[a-z0-9]/.test(short) || short === "none") return;
    let made = short;
    for (let number = 2; taken.includes(made); number += 1) made = `${short}-${number}`;
    this.store.rename(list, index, made, "field");
  }

  // Take what was chosen and not yet added.
  settle() {
    for (const each of this.#root.querySelectorAll(".adding")) each.dispatchEvent(new Event("settle"));
  }

  // Add or take out a part, and go where that leads.
  restructure(change, to) {
    this.#wanted = to.startsWith("/") ? to : "";
    change();
    this.#wanted = "";
    if (to.startsWith("/")) target(this.#root, to)?.focus();
    else document.getElementById(to)?.focus();
  }

  #edited(pointer) {
    const left = this.#faults.filter((fault) => fault.where !== pointer && !fault.where.startsWith(`${pointer}/`));
    if (left.length < this.#faults.length) {
      this.#faults = left;
      mark(this.#root, left);
    }
    for (const show of this.#lives) show();
  }

  // -- leading ---------------------------------------------------------------------------------------------------------

  show(faults) {
    this.#faults = faults.filter((fault) => fault.where.startsWith("/"));
    this.draw();
  }

  lead(pointer) {
    this.#wanted = pointer;
    this.draw();
    this.#wanted = "";
    const found = target(this.#root, pointer);
    // A browser shows no ring around what a click led to: among many like it, the field has to be told from the others.
    const field = found?.closest(".field");
    field?.classList.add("led");
    field?.addEventListener("focusout", () => { field.classList.remove("led"); }, { once: true });
    found?.focus({ preventScroll: true });
    found?.scrollIntoView({ block: "center" });
    return Boolean(found);
  }

  // Members that the service needs and that are not there yet, as pointers.
  missing() {
    const { schema } = this.words;
    const top = schema.required.filter((name) => this.store.at([name]) === undefined).map((name) => `/${name}`);
    return [...top, ...Object.entries(LISTS).flatMap(([name, { part }]) => this.store.ids(name).flatMap((_, index) => this.words.part(part).required
      .filter((key) => this.store.at([name, index, key]) === undefined).map((key) => `/${name}/${index}/${key}`)))];
  }

  // -- names -----------------------------------------------------------------------------------------------------------

  titleOf(path) {
    const item = this.store.at(path);
    if (path[0] !== "transfers") return item?.[LISTS[path[0]].name] || (AUTOMATIC.test(item?.id) ? "" : item?.id);
    const name = (key) => (item?.[key] ? this.nameOf("parties", item[key]) : "…");
    return item?.exporter || item?.importer ? `${name("exporter")} to ${name("importer")}` : "";
  }

  nameOf(list, id) {
    this.#known ??= this.#index();
    const index = this.#known[list].get(id);
    return index === undefined ? `${id} (not there)` : this.titleOf([list, index]) || `${LISTS[list].one} ${index + 1}`;
  }

  summaryOf([list, index]) {
    const item = this.store.at([list, index]);
    if (!isMap(item)) return "";
    const said = {
      parties: () => [item.kind, item.country && this.words.place(String(item.country)), this.#roles(item.id)],
      datasets: () => [[item.categories].flat().slice(0, 3).filter(Boolean).join(", "), item.identifiability],
      transfers: () => [item.mode, [item.purposes].flat().slice(0, 2).filter(Boolean).join(", ")],
    }[list]();
    return said.filter(Boolean).map((each) => words(String(each))).join(" · ");
  }

  #roles(id) {
    this.#known ??= this.#index();
    return [this.#known.exporter.has(id) ? "gives" : "", this.#known.importer.has(id) ? "gets" : ""].filter(Boolean).join(" and ");
  }

  // Where each part is, and who gives and gets: looked up once after each change, for arrangements of hundreds of parts.
  #index() {
    const transfers = this.store.at(["transfers"]);
    const ends = (key) => new Set((Array.isArray(transfers) ? transfers : []).map((each) => each?.[key]));
    const found = { exporter: ends("exporter"), importer: ends("importer") };
    for (const list of Object.keys(LISTS)) found[list] = new Map(this.store.ids(list).map((id, index) => [id, index]).reverse());
    return found;
  }

  // A question of the law about this part, in the names that people gave.
  say(text, path) {
    const [list, index] = path;
    const item = typeof index === "number" ? this.store.at([list, index]) : undefined;
    const own = { parties: "party", datasets: "dataset", transfers: "transfer" }[list];
    const names = { party: "the party", dataset: "the data set", transfer: "the transfer", exporter: "the exporter", importer: "the importer" };
    if (own) names[own] = (own !== "transfer" && this.titleOf([list, index])) || { party: "this party", dataset: "this data set", transfer: "this transfer" }[own];
    for (const key of ["exporter", "importer"]) if (own === "transfer" && item?.[key]) names[key] = this.nameOf("parties", item[key]);
    return text.replace(/`?\{(\w+)\}`?/g, (all, key) => names[key] ?? all).replace("transfer this transfer", "this transfer").replace(/^./, (letter) => letter.toUpperCase());
  }

  // The areas of law of the countries that are named anywhere.
  areas() {
    const found = new Set();
    const look = (value, key) => {
      if (typeof value === "string" && PLACES.includes(key)) found.add(value.split("-")[0]);
      else if (Array.isArray(value)) value.forEach((each) => look(each, key));
      else if (isMap(value)) Object.entries(value).forEach(([name, each]) => look(each, name));
    };
    ["parties", "datasets", "transfers"].forEach((list) => look(this.store.at([list]), list));
    return Object.keys(this.words.areas).filter((name) => this.words.areas[name].countries.some((country) => found.has(country)));
  }
}

