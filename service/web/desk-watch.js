// What the watch found, lost permissions first; and for those who look after webhooks, what could not be delivered.
import { el, fill, table } from "./made.js";
import { may, post, read } from "./desk-ask.js";
import { lines } from "./desk-list.js";
import { ATTENTION, agreementLink, day, more, pages, when } from "./desk-words.js";

export async function watch(place, query) {
  const kinds = Object.keys(ATTENTION);
  const chosen = kinds.includes(query.get("attention")) ? query.get("attention") : "";
  const cursor = (chosen && query.get("cursor")) || "";
  const shown = chosen ? [chosen] : kinds;
  const sends = may("webhooks:manage") && !chosen;
  const items = (path) => read(path).then((answer) => answer.data.items);
  const [runs, dead, hooks, ...found] = await Promise.all([
    items("v1/watch-runs?limit=1"),
    sends ? items("v1/deliveries?state=dead&limit=25") : [],
    sends ? items("v1/webhooks?limit=200") : [],
    ...shown.map((attention) => read(more("v1/agreements", { attention, limit: 25, cursor })).then((answer) => answer.data)),
  ]);
  fill(place, el("h1", { tabindex: "-1" }, "What the watch found"),
    el("p", {}, "When law changes, or a dated change arrives, active agreements are decided again. Those below came out differently, and keep "
      + "their flag until a reviewer says that attention was given."),
    el("p", {}, ...last(runs)),
    ...shown.flatMap((kind, index) => group(kind, found[index], cursor)),
    ...(sends ? [...ended(hooks.filter((each) => !each.enabled)), ...deliveries(dead)] : []));
}

function last([run]) {
  return run ? ["It looked last ", when(run.finished_at || run.started_at), ", by the law of ", day(run.day), "."] : ["It has not looked yet."];
}

// A receiver that says it is gone gets nothing more, until somebody who knows better says otherwise.
function ended(hooks) {
  if (!hooks.length) return [];
  return [
    el("h2", {}, "Webhooks that their receivers ended"),
    el("p", { class: "hint" }, "The receiver answered 410 Gone: nothing more is sent to it."),
    table("Newest first", ["Address", "Made", "On again"], hooks.map((each) => [each.url, when(each.created_at), act(
      "Switch on", `Switch ${each.url} on`, `v1/webhooks/${each.id}/enable`, "It is on. Send again what was given up.",
    )])),
  ];
}

function group(kind, found, cursor) {
  const [title, says] = ATTENTION[kind];
  return [
    el("h2", {}, title), el("p", { class: "hint" }, says),
    found.items.length ? lines(title, found.items) : el("p", {}, "None."),
    pages("#/watch", { attention: kind, cursor }, found.next),
  ];
}

function deliveries(dead) {
  return [
    el("h2", {}, "Webhook deliveries given up"),
    dead.length ? table("Newest first", ["Event", "About", "Last answer", "Given up", "Again"], dead.map((each) => [
      each.type, each.subject.startsWith("ag_") ? agreementLink(each.subject, each.subject) : each.subject,
      [each.answered ? `${each.answered} ` : "", each.failure || ""], each.done_at ? when(each.done_at) : "–", again(each),
    ])) : el("p", {}, "None."),
  ];
}

function again(delivery) {
  return act("Send again", `Send ${delivery.type} again`, `v1/deliveries/${delivery.id}/replay`, "To be sent again.");
}

function act(label, name, path, done) {
  const place = el("span", { role: "status" });
  const button = el("button", {
    type: "button", class: "quiet", "aria-label": name,
    click: async () => { fill(place, await post(path).then(() => done, (refusal) => `${refusal.message}.`)); },
  }, label);
  return [button, place];
}
