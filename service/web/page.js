// The page of the service: an arrangement goes in, and what the service says of it is shown. Everything is data to be
// shown as text; nothing is ever read as markup.
import { el, fill, said } from "./made.js";
import { result } from "./result.js";

const at = (id) => document.getElementById(id);
let examples = {};
let token = "";
// Whether somebody has typed something that an example or a file would replace.
let isTyped = false;
// What was decided last: the map and the documents are of it, whatever is typed meanwhile.
let asked = { body: "", day: "" };

async function begin() {
  if (document.querySelector("nav a[href=auth]")) {
    fetch("auth/me").then((answer) => (answer.ok ? answer.json() : {})).then((me) => { token = me.csrf_token || ""; });
  }
  let answer = await fetch("web/examples.json");
  while (answer.status === 503) {
    at("status").textContent = "The service is loading the law …";
    await new Promise((done) => { setTimeout(done, 2000); });
    answer = await fetch("web/examples.json");
    at("status").textContent = "";
  }
  examples = answer.ok ? await answer.json() : {};
  for (const [name, data] of Object.entries(examples)) at("example").append(el("option", { value: name }, data.title));
}

function headers() {
  const sent = { "Content-Type": "application/json" };
  if (at("key").value) sent.Authorization = `Bearer ${at("key").value}`;
  else if (token) sent["X-CSRF-Token"] = token;
  return sent;
}

// Ask the service about what is decided; faults are shown, and give null.
async function ask(path, query = {}) {
  const more = new URLSearchParams(asked.day ? { ...query, as_of: asked.day } : query);
  let answer;
  try {
    answer = await fetch(`${path}?${more}`, { method: "POST", headers: headers(), body: asked.body });
  } catch {
    return refuse("The service does not answer. Try again in a moment.", []);
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  const title = answer.status === 401 ? "This service asks for a key: enter one above, or sign in."
    : answer.status === 422 ? "The arrangement cannot be read as it is." : `The service refuses: ${problem.title || answer.status}.`;
  return refuse(title, problem.errors || []);
}

function refuse(title, errors) {
  fill(at("faults"), el("h2", {}, title), el("ul", {}, ...errors.map((each) => el("li", {},
    each.where ? el("code", {}, each.where) : "", each.where ? ": " : "", ...said(each.message),
    ...(each.help ? said(` (${each.help})`) : [])))));
  at("faults").scrollIntoView({ block: "nearest" });
  return null;
}

async function decide() {
  const button = document.querySelector("#form [type=submit]");
  button.disabled = true;
  fill(at("faults"));
  fill(at("result"));
  at("status").textContent = "Deciding …";
  asked = { body: at("arrangement").value, day: at("day").value };
  try {
    // What the page does is to look, not to keep, unless a key says who asks.
    const answer = await ask("v1/evaluations", at("key").value ? {} : { store: "false" });
    if (answer) await show(await answer.json(), answer.headers.get("location"));
    else at("status").textContent = "";
  } finally {
    button.disabled = false;
  }
}

async function show(decision, kept) {
  const drawn = await ask("v1/map");
  const map = drawn ? URL.createObjectURL(await drawn.blob()) : "";
  fill(at("result"), ...result(decision, JSON.parse(asked.body), { map, kept, answer, download }));
  at("status").textContent = "Decided: the answer is below.";
  at("outcome").focus({ preventScroll: true });
  at("outcome").scrollIntoView();
}

// Put an answer where the question says, and decide again.
async function answer(question, value) {
  const data = JSON.parse(asked.body);
  const steps = question.pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = steps.pop();
  let place = data;
  for (const step of steps) {
    if (!Object.hasOwn(place, step) || place[step] === "none") place[step] = {};
    place = place[step];
  }
  place[last] = value;
  at("arrangement").value = JSON.stringify(data, null, 2);
  isTyped = true;
  await decide();
}

async function download(form, name) {
  at("status").textContent = `Writing ${name} …`;
  const answer = await ask("v1/reports", { format: form });
  at("status").textContent = answer ? `${name} is ready.` : "";
  if (!answer) return;
  const found = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") || "");
  const link = el("a", { href: URL.createObjectURL(await answer.blob()), download: found ? found[1] : name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function put(text, from) {
  if (isTyped && !window.confirm("Replace the arrangement that you have changed?")) {
    from.value = "";
    return;
  }
  at("arrangement").value = text;
  isTyped = false;
}

at("arrangement").addEventListener("input", () => { isTyped = true; });
at("example").addEventListener("change", () => {
  const chosen = examples[at("example").value];
  if (chosen) put(JSON.stringify(chosen, null, 2), at("example"));
});
at("file").addEventListener("change", async () => {
  const [file] = at("file").files;
  if (file) put(await file.text(), at("file"));
});
at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  decide();
});
begin();
