// Places are chosen by name; the codes of ISO 3166 that the law reads stand behind them.
import { common } from "./fields.js";
import { el, fill } from "./made.js";

function countries(form, first) {
  return [el("option", { value: "" }, first),
    ...Object.entries(form.words.places.countries).map(([code, name]) => el("option", { value: code }, name))];
}

function partsOf(parts) {
  return [el("option", { value: "" }, "Not known, or all of it"), ...Object.entries(parts).map(([code, name]) => el("option", { value: code }, name))];
}

// A country, and where a party or the people are within it, where that is known: some law turns on the state or province.
export function place(form, spec) {
  const now = () => form.store.at(spec.path) ?? "";
  const value = now();
  const known = form.words.places;
  const country = known.countries[value.split("-")[0]] ? value.split("-")[0] : value;
  const select = el("select", { ...common(spec), change: () => { if (select.value !== now().split("-")[0]) put(select.value); } }, ...countries(form, spec.isNeeded ? "Choose …" : "Not known"),
    country && !known.countries[country] ? el("option", { value: country }, `${country} (no such place)`) : "");
  select.value = country;
  const part = el("select", { id: `${spec.id}-part`, change: () => { put(part.value || select.value); } });
  const within = el("div", { class: "within" }, el("label", { for: part.id }, "State, province or region"), part);
  function put(code) {
    form.put(spec, code || undefined);
    if (code === select.value) offer(code);
  }
  function offer(code) {
    const parts = known.parts[code.split("-")[0]] || (code.includes("-") ? { [code]: code } : {});
    within.hidden = !Object.keys(parts).length || (spec.name === "citizenship" && !code.includes("-"));
    fill(part, ...partsOf(parts));
    part.value = parts[code] ? code : "";
  }
  offer(value);
  return [select, within];
}

export function placeList(form, spec) {
  const chosen = el("ul", { class: "chips" });
  const select = el("select", { id: `${spec.id}-add`, "aria-label": `${spec.label} A country to add` }, ...countries(form, "Choose a country …"));
  const now = () => form.store.at(spec.path) || [];
  const put = (codes) => {
    form.put(spec, codes.length ? codes : undefined);
    show();
  };
  function show() {
    fill(chosen, ...(now().length ? now().map((code, index) => el("li", {}, form.words.place(code), " ", el("button", {
      type: "button", class: "small", "aria-label": `Take out ${form.words.place(code)}`,
      click: () => {
        put(now().filter((_, place) => place !== index));
        select.focus();
      },
    }, "×"))) : [el("li", { class: "none" }, "Not known")]));
  }
  show();
  const part = el("select", { id: `${spec.id}-part`, "aria-label": `${spec.label} State, province or region`, hidden: true });
  const take = () => {
    const code = part.value || select.value;
    if (code && !now().includes(code)) put([...now(), code]);
    select.value = "";
    offer();
  };
  function offer() {
    const parts = form.words.places.parts[select.value] || {};
    part.hidden = !Object.keys(parts).length;
    fill(part, ...partsOf(parts));
  }
  select.addEventListener("change", offer);
  const add = el("button", { type: "button", class: "small", click: take }, "Add");
  const adding = el("div", { class: "adding" }, select, part, add);
  // Whoever chose a country and went on has stated it: what is in sight may not be lost for want of a button.
  adding.addEventListener("focusout", (event) => { if (!adding.contains(event.relatedTarget)) take(); });
  adding.addEventListener("settle", take);
  return [chosen, adding];
}
