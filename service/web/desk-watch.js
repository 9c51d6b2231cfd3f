// What the watch found, lost permissions first; and for those who look after webhooks, what could not be delivered.
import { el, fill, table } from "./made.js";
import { may, post, read } from "./desk-ask.js";
import { lines } from "./desk-list.js";
import { ATTENTION, agreementLink, more, pages, when } from "./desk-words.js";

export async function watch(place, query) {
  const kinds = Object.keys(ATTENTION);
  const chosen = kinds.includes(query.get("attention")) ? query.get("attention") : "";
  const cursor = (chosen && query.get("cursor")) || "";
  const shown = chosen ? [chosen] : kinds;
  const [dead, ...found] = await Promise.all([
    may("webhooks:manage") && !chosen ? read("v1/deliveries?state=dead&limit=25").then((answer) => answer.data.items) : [],
    ...shown.map((attention) => read(more("v1/agreements", { attention, limit: 25, cursor })).then((answer) => answer.data)),
  ]);
  fill(place, el("h1", { tabindex: "-1" }, "What the watch found"),
    el("p", {}, "When law changes, or a dated change arrives, active agreements are decided again. Those below came out differently, and keep "
      + "their flag until a reviewer says that attention was given."),
    ...shown.flatMap((kind, index) => group(kind, found[index], cursor)),
    ...(may("webhooks:manage") && !chosen ? deliveries(dead) : []));
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
  const place = el("span", { role: "status" });
  const button = el("button", {
    type: "button",
    class: "quiet",
    "aria-label": `Send ${delivery.type} again`,
    click: async () => {
      fill(place, await post(`v1/deliveries/${delivery.id}/replay`).then(() => "To be sent again.", (refusal) => `${refusal.message}.`));
    },
  }, "Send again");
  return [button, place];
}
