// Make elements. Text is only ever set as text, and an address is only ever a web address or one made here.
export function el(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...inside.filter((each) => each !== null && each !== ""));
  return made;
}

// What a message names stands between backticks.
export function said(text) {
  return text.split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part));
}

export function fill(place, ...inside) {
  place.replaceChildren(...inside);
}

export function cited(text, href) {
  return /^https?:\/\//.test(href || "") ? el("a", { href, rel: "noopener noreferrer" }, text) : el("span", {}, text);
}

export function table(caption, heads, rows) {
  return el("table", { class: "stack" }, el("caption", {}, caption),
    el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {},
      ...row.map((cell, index) => el("td", { "data-head": heads[index] }, ...[cell].flat()))))));
}
