// What differs between two arrangements, place by place, and between two decisions, finding by finding.
import { el, fill, table } from "./made.js";
import { read } from "./desk-ask.js";
import { outcome } from "./desk-words.js";

const step = (key) => String(key).replaceAll("~", "~0").replaceAll("/", "~1");
const isNode = (value) => value !== null && typeof value === "object";

// Every place that holds a value, as `[pointer, value]`.
export function leaves(data, pointer = "") {
  if (!isNode(data) || !Object.keys(data).length) return [[pointer, data]];
  return Object.entries(data).flatMap(([key, value]) => leaves(value, `${pointer}/${step(key)}`));
}

export function differences(before, after) {
  const [old, now] = [new Map(leaves(before)), new Map(leaves(after))];
  const places = [...new Set([...old.keys(), ...now.keys()])];
  return places.map((place) => [place, old.get(place), now.get(place)])
    .filter(([, one, other]) => JSON.stringify(one) !== JSON.stringify(other));
}

const findingsOf = (decision) => new Map(decision.transfers.flatMap((transfer) => transfer.findings.map(
  (each) => [`${transfer.id} ${each.dataset} ${each.instrument}`, { ...each, transfer: transfer.id }],
)));

export function changedFindings(before, after) {
  const [old, now] = [findingsOf(before), findingsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].map((key) => [old.get(key), now.get(key)])
    .filter(([one, other]) => (one?.outcome || "not_applicable") !== (other?.outcome || "not_applicable"));
}

const written = (value) => (value === undefined ? el("span", { class: "hint" }, "not stated") : el("code", {}, JSON.stringify(value)));

export function showDifferences(before, after) {
  const found = differences(before.arrangement, after.arrangement);
  return [
    found.length ? table("What differs in the arrangement", ["Place", "Before", "After"],
      found.map(([place, one, other]) => [el("code", {}, place || "/"), written(one), written(other)]))
      : el("p", {}, "The arrangement is the same."),
    ...showFindings(before, after),
  ];
}

export function showFindings(before, after) {
  const found = changedFindings(before.decision, after.decision);
  if (!found.length) return [el("p", {}, "No finding came out differently.")];
  return [table("What came out differently", ["Instrument", "Transfer, data set", "Before", "After", "Why"], found.map(([one, other]) => {
    const either = other || one;
    return [either.title, `${either.transfer}, ${either.dataset}`, outcome(one?.outcome || "not_applicable"), outcome(other?.outcome || "not_applicable"), other?.why || ""];
  }))];
}

// A button that fetches two stored evaluations and shows what differs.
export function comparing(label, before, after, show) {
  const place = el("div", { role: "status" });
  const button = el("button", {
    type: "button",
    class: "quiet",
    click: async () => {
      const [one, other] = await Promise.all([before, after].map((name) => read(`v1/evaluations/${name}`).then((answer) => answer.data)))
        .catch((refusal) => { fill(place, `${refusal.message}.`); return []; });
      if (other) fill(place, ...show(one, other));
    },
  }, label);
  return el("div", {}, button, place);
}
