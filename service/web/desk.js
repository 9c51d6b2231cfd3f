// The review desk: which view the address asks for, who looks at it, and where the focus goes.
import { el, fill } from "./made.js";
import { Refusal, identify, me, nameOf } from "./desk-ask.js";
import { agreement } from "./desk-agreement.js";
import { hasUnsent } from "./desk-acting.js";
import { agreements } from "./desk-list.js";
import { begin } from "./desk-new.js";
import { evaluation, evaluations } from "./desk-records.js";
import { watch } from "./desk-watch.js";
import { reasons, words } from "./desk-words.js";

const VIEWS = { agreements: [agreements, agreement], evaluations: [evaluations, evaluation], watch: [watch], new: [begin] };
const at = (id) => document.getElementById(id);
let shown = 0;

function route() {
  const [path, query] = window.location.hash.replace(/^#\/?/, "").split("?");
  const [view, name] = path.split("/");
  return { view: Object.hasOwn(VIEWS, view) ? view : "agreements", name: plain(name || ""), query: new URLSearchParams(query) };
}

function plain(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function show() {
  shown += 1;
  const mine = shown;
  const { view, name, query } = route();
  for (const link of at("views").children) {
    if (link.hash === `#/${view}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (!me) {
    fill(at("main"), el("h1", { tabindex: "-1" }, "Review desk"), el("p", {}, "Say who you are, above, to see what your organisation has under review."));
    document.title = "Review desk - Safeconduct";
    return;
  }
  at("status").textContent = "Loading …";
  at("main").setAttribute("aria-busy", "true");
  const place = el("div");
  try {
    const [list, one] = VIEWS[view];
    await (name && one ? one(place, name, query) : list(place, query));
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    if (refusal.status === 401) {
      await identify().catch(() => {});
      tellWho();
    }
    fill(place, ...refused(refusal));
  }
  // Somebody may have gone on meanwhile.
  if (mine !== shown) return;
  fill(at("main"), place);
  at("main").removeAttribute("aria-busy");
  at("status").textContent = "";
  const head = place.querySelector("h1");
  document.title = `${head.textContent} - Safeconduct`;
  head.focus();
}

function refused(refusal) {
  const title = refusal.status === 401 ? "You are not known here any more"
    : refusal.has("not-ready") ? "The service is loading the law" : refusal.message;
  return [el("h1", { tabindex: "-1" }, title), reasons(refusal.errors), el("button", { type: "button", click: show }, "Try again")];
}

function tellWho() {
  if (me) {
    const out = me.kind === "key" ? el("button", { type: "button", class: "quiet", click: () => become("") }, "Put the key away") : "";
    fill(at("who"), el("p", {}, me.kind === "key" ? "With the key " : "Signed in as ", el("strong", {}, el("bdi", { title: me.id }, me.name || nameOf(me.id) || `…${me.id.slice(-6)}`)),
      `, ${me.roles.map(words).join(" and ")}. `, out));
    return;
  }
  const field = el("input", { id: "key", type: "password", autocomplete: "off", required: true, "aria-describedby": "key-hint" });
  const fault = el("p", { class: "fault", role: "alert" });
  const form = el("form", {
    class: "key",
    submit: async (event) => {
      event.preventDefault();
      const typed = field.value.trim();
      field.value = "";
      fill(fault);
      await become(typed).catch((refusal) => {
        fill(fault, refusal.status === 401 ? "This key is not good: it may have ended, or be mistyped." : `${refusal.message}.`);
        field.focus();
      });
    },
  }, el("label", { for: "key" }, "API key"), field, el("button", { type: "submit" }, "Use this key"),
  el("p", { class: "hint", id: "key-hint" }, "Kept in this page until you leave or reload it, and nowhere else."), fault);
  const here = `${window.location.pathname}${window.location.hash}`;
  const canSignIn = document.querySelector("nav a[href=auth]");
  fill(at("who"), canSignIn ? el("p", {}, el("a", { href: `auth/sign-in?next=${encodeURIComponent(here)}` }, "Sign in"), ", or use a key:") : "", form);
}

async function become(key) {
  await identify(key);
  tellWho();
  await show();
}

window.addEventListener("hashchange", show);
window.addEventListener("beforeunload", (event) => {
  if (hasUnsent()) event.preventDefault();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (!link) return;
  if (link.hash.startsWith("#/")) {
    if (link.hash === window.location.hash) show();
    return;
  }
  // An address within the page, such as that of its content, is no view.
  event.preventDefault();
  const target = at(link.hash.slice(1));
  target?.scrollIntoView();
  target?.focus({ preventScroll: true });
});

async function start() {
  try {
    await identify();
  } catch (refusal) {
    fill(at("main"), el("h1", {}, refusal.message), reasons(refusal.errors || []), el("button", { type: "button", click: start }, "Try again"));
    return;
  }
  tellWho();
  await show();
}

start();
