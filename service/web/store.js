// The arrangement that is described: one plain object that the form and the JSON text both show. Whoever changes it says
// who it is, so that the others follow. What nobody knows is not in it.

// Where the parts of an arrangement are referred to by their ids.
export const LINKS = {
  parties: [
    "parties/*/branch_of", "parties/*/employer", "parties/*/owners/*/party", "datasets/*/key_holder", "transfers/*/exporter",
    "transfers/*/importer",
  ],
  datasets: ["transfers/*/datasets/*"],
  transfers: ["transfers/*/onward_of"],
};

export const isMap = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
export const pointerOf = (path) => path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
export const pathOf = (pointer) => pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
  .map((step) => (/^\d+$/.test(step) ? Number(step) : step));

function standing(data, path) {
  let place = data;
  for (const step of path) {
    if (place === null || typeof place !== "object" || !Object.hasOwn(place, step)) return undefined;
    place = place[step];
  }
  return place;
}

const isEmpty = (value) => value !== null && typeof value === "object" && Object.keys(value).length === 0;

// Every place that a pattern with stars names.
function* places(data, steps, path = []) {
  if (!steps.length) return yield path;
  const [step, ...rest] = steps;
  const here = standing(data, path);
  if (step !== "*") yield* places(data, rest, [...path, step]);
  else if (Array.isArray(here)) for (const index of here.keys()) yield* places(data, rest, [...path, index]);
}

export class Store {
  data = {};
  // The keys of an arrangement in the order of its schema, so that the text begins with its title.
  order = [];
  #followers = [];

  follow(heard) {
    this.#followers.push(heard);
  }

  replace(data, by) {
    this.data = data;
    this.#tell({ by, path: [] });
  }

  at(path) {
    return standing(this.data, path);
  }

  // An item of a list that is not there is told by a number.
  set(path, value, by) {
    let place = this.data;
    path.slice(0, -1).forEach((step, index) => {
      const inside = Object.hasOwn(place, step) ? place[step] : undefined;
      if (inside === null || typeof inside !== "object") place[step] = typeof path[index + 1] === "number" ? [] : {};
      place = place[step];
    });
    const isNew = !Object.hasOwn(place, path.at(-1));
    place[path.at(-1)] = value;
    if (isNew && this.order.includes(path[0])) this.#sort();
    this.#tell({ by, path });
  }

  #sort() {
    const place = (key) => (this.order.includes(key) ? this.order.indexOf(key) : this.order.length);
    this.data = Object.fromEntries(Object.entries(this.data).sort(([one], [other]) => place(one) - place(other)));
  }

  // What is left empty goes as well: an empty answer would say that there is none. Evidence of which nothing more is said
  // is still evidence.
  remove(path, by) {
    const [parent, last] = [standing(this.data, path.slice(0, -1)), path.at(-1)];
    if (Array.isArray(parent)) parent.splice(last, 1);
    else if (isMap(parent)) delete parent[last];
    let above = path.slice(0, -1);
    while (above.length && typeof above.at(-1) === "string" && isEmpty(standing(this.data, above))) {
      const holder = standing(this.data, above.slice(0, -1));
      if (above.at(-2) === "measures") holder[above.at(-1)] = true;
      else delete holder[above.at(-1)];
      above = above.slice(0, -1);
    }
    this.#tell({ by, path });
  }

  put(path, value, by) {
    if (value === undefined) this.remove(path, by);
    else this.set(path, value, by);
  }

  // Give a part another id, everywhere.
  rename(list, index, id, by) {
    const old = this.at([list, index, "id"]);
    const others = this.ids(list).filter((_, place) => place !== index);
    if (old !== undefined && !others.includes(old)) {
      for (const pattern of LINKS[list]) {
        for (const path of places(this.data, pattern.split("/"))) {
          if (this.at(path) === old) standing(this.data, path.slice(0, -1))[path.at(-1)] = id;
        }
      }
    }
    this.set([list, index, "id"], id, by);
  }

  ids(list) {
    const found = this.at([list]);
    return Array.isArray(found) ? found.map((each) => (isMap(each) ? each.id : undefined)) : [];
  }

  #tell(change) {
    for (const heard of this.#followers) heard(change);
  }
}

// To which list of parts a place refers, if to any: a pattern's last star is an item of a list of ids.
export function linkOf(path) {
  const pattern = path.map((step) => (typeof step === "number" ? "*" : step)).join("/");
  return Object.keys(LINKS).find((list) => LINKS[list].includes(pattern) || LINKS[list].includes(`${pattern}/*`));
}
