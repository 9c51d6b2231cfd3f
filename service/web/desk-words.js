// The words of the desk, and the small things that every view is made of. What others wrote is only ever text.
import { cited, el } from "./made.js";
import { me, nameOf } from "./desk-ask.js";
import { outcome } from "./result.js";
import { by, plural, words } from "./words.js";

export const STATES = ["draft", "submitted", "in_review", "changes_requested", "approved", "rejected", "active", "expired", "withdrawn"];
export const OUTCOMES = ["prohibited", "not_yet_permitted", "undetermined", "permitted_with_conditions", "permitted"];
export const ATTENTION = {
  permission_lost: ["Permission lost", "It was permitted; by the law of today it is not."],
  outcome_changed: ["Outcome changed", "By the law of today the outcome is another, without a permission being lost."],
  override_expired: ["Override ended", "It runs against its outcome, and the override has had its last day."],
};
export { by, outcome, plural, words };

export function state(code) {
  return el("span", { class: `state ${code}` }, words(code));
}

export function flag(code) {
  return el("strong", { class: `flag ${code}` }, `⚑ ${ATTENTION[code][0]}`);
}

// What people wrote: its direction stays its own, and its lines stay lines.
export function quoted(text, tag = "p") {
  return el(tag, { class: "quoted", dir: "auto" }, text);
}

export const titled = (text) => el("bdi", {}, text || "(without a title)");

export function when(at) {
  const shown = new Date(at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  return el("time", { datetime: at }, shown);
}

export function day(text) {
  const shown = new Date(`${text}T12:00:00Z`).toLocaleDateString("en-GB", { dateStyle: "medium" });
  return el("time", { datetime: text }, shown);
}

export function who(id) {
  if (id === me?.id) return el("span", {}, "you");
  if (id === "watch") return el("span", {}, "the watch");
  if (nameOf(id)) return el("bdi", { title: id }, nameOf(id));
  // What tells two of them apart are the last letters: the first are of the time.
  return el("span", { title: id }, `${id.startsWith("sck_") ? "key" : "person"} …${id.slice(-6)}`);
}

// Who signed: an ORCID iD leads to its page, a web address to itself, and an e-mail address nowhere.
export const signer = (id) => cited(id, /^[\dX-]{19}$/.test(id) ? `https://orcid.org/${id}` : id);

const ofAgreement = (name) => `#/agreements/${encodeURIComponent(name)}`;
export const agreementLink = (name, text) => el("a", { href: ofAgreement(name) }, text);
export const evaluationLink = (name, text) => el("a", { href: `#/evaluations/${encodeURIComponent(name)}` }, text);

// A refusal of the service, each of its reasons with what helps.
export function reasons(errors) {
  return el("ul", {}, ...errors.map((each) => el("li", {}, each.where?.startsWith("/") ? el("code", {}, each.where) : "", ` ${each.message}${each.help ? ` (${each.help})` : ""}.`)));
}

export const more = (path, query) => {
  const given = Object.entries(query).flatMap(([name, value]) => [value].flat().filter(Boolean).map((each) => [name, each]));
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
};

// Where a list goes on, as addresses: going back in the browser works.
export function pages(path, query, next) {
  const parts = [];
  if (query.cursor) parts.push(el("a", { href: more(path, { ...query, cursor: "" }) }, "Newest"));
  if (next) parts.push(el("a", { href: more(path, { ...query, cursor: next }), rel: "next" }, "Older"));
  return parts.length ? el("nav", { class: "pages", "aria-label": "Pages" }, ...parts) : "";
}
