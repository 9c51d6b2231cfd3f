// Agreements: what asks for attention first, lost permissions before all; then every agreement, newest first.
import { el, fill, table } from "./made.js";
import { read } from "./desk-ask.js";
import { ATTENTION, STATES, agreementLink, day, flag, more, outcome, pages, state, titled, when, words } from "./desk-words.js";

const HEADS = ["Agreement", "State", "Outcome", "Attention", "Begun"];
const GROUPS = {
  "for-review": ["submitted", "in_review"],
  "for-submitter": ["draft", "changes_requested", "approved"],
};

export function lines(caption, items) {
  return table(caption, HEADS, items.map((each) => [
    [agreementLink(each.id, titled(each.title)), el("span", { class: "id" }, ` revision ${each.revision}`)],
    [state(each.state), each.expires_on ? el("span", { class: "id" }, " until ", day(each.expires_on)) : ""],
    now(each),
    each.attention ? [flag(each.attention), el("span", { class: "id" }, " since ", when(each.attention_at))] : "none",
    when(each.created_at),
  ]));
}

function now(each) {
  if (!each.watched_outcome || each.watched_outcome === each.outcome) return outcome(each.outcome);
  return [outcome(each.watched_outcome), el("span", { class: "id" }, ` by the law of today; decided as ${words(each.outcome)}`)];
}

export async function agreements(place, query) {
  const chosen = query.get("state") || "";
  const states = GROUPS[chosen] || (STATES.includes(chosen) ? [chosen] : []);
  const cursor = query.get("cursor") || "";
  const kinds = cursor ? [] : Object.keys(ATTENTION);
  const [all, ...flagged] = await Promise.all([
    read(more("v1/agreements", { state: states, limit: 25, cursor })),
    ...kinds.map((attention) => read(more("v1/agreements", { state: states, attention, limit: 25 }))),
  ]);
  const first = flagged.flatMap((each) => each.data.items);
  const isMore = flagged.some((each) => each.data.next);
  fill(place, el("h1", { tabindex: "-1" }, "Agreements"), filter(chosen),
    first.length ? el("section", { class: "attention", "aria-labelledby": "attention" },
      el("h2", { id: "attention" }, "These ask for attention"), lines("Lost permissions first", first),
      isMore ? el("p", {}, el("a", { href: "#/watch" }, "There are more")) : "") : "",
    el("h2", {}, chosen ? `Agreements: ${label(chosen)}` : "All agreements"),
    all.data.items.length ? lines("Newest first", all.data.items) : empty(chosen),
    pages("#/agreements", { state: chosen, cursor }, all.data.next));
}

const label = (chosen) => ({ "for-review": "waiting for a reviewer", "for-submitter": "waiting for the submitter" })[chosen] || words(chosen);

function empty(chosen) {
  return el("p", { class: "note" }, chosen ? "There is none like that." : "There is none yet. ",
    chosen ? "" : el("a", { href: "#/new" }, "Begin a review"));
}

function filter(chosen) {
  const choice = (value, text) => el("option", { value, selected: value === chosen }, text);
  const list = el("select", { id: "state" }, choice("", "All states"),
    ...Object.keys(GROUPS).map((each) => choice(each, label(each))), ...STATES.map((each) => choice(each, words(each))));
  return el("form", {
    class: "filter",
    role: "search",
    submit: (event) => {
      event.preventDefault();
      window.location.hash = more("/agreements", { state: list.value });
    },
  }, el("label", { for: "state" }, "State"), list, el("button", { type: "submit" }, "Show"));
}
