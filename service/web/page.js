// The page of the service: an arrangement goes in, by form or as JSON, and what the service says of it is shown. Everything
// is data to be shown as text; nothing is ever read as markup.
import { inOrder, saying, told } from "./faults.js";
import { Form } from "./form.js";
import { el, fill, said } from "./made.js";
import { notesOf, open } from "./opening.js";
import { outcome, result } from "./result.js";
import { isMap, pathOf, Store } from "./store.js";
import { plural, slug, words, Words } from "./words.js";

const at = (id) => document.getElementById(id);
const store = new Store();
let form = null;
let examples = {};
let token = "";
// Whether somebody has said something that an example or a file would replace.
let isTyped = false;
// What was decided last: the map and the documents are of it, whatever is changed meanwhile.
let asked = "";
const BEGINNING = {
  parties: [{ id: "party-1" }, { id: "party-2" }],
  datasets: [{ id: "data-1" }],
  transfers: [{ id: "transfer-1", exporter: "party-1", importer: "party-2", datasets: ["data-1"] }],
};

async function begin() {
  if (document.querySelector("nav a[href=auth]")) {
    fetch("auth/me").then((answer) => (answer.ok ? answer.json() : {})).then((me) => { token = me.csrf_token || ""; });
  }
  let answer = await fetch("web/words.json");
  while (answer.status === 503) {
    at("status").textContent = "The service is loading the law …";
    await new Promise((done) => { setTimeout(done, 2000); });
    answer = await fetch("web/words.json");
    at("status").textContent = "";
  }
  form = new Form(at("fields"), store, new Words(await answer.json()));
  if (at("arrangement").value) typed();
  else store.replace(structuredClone(BEGINNING), "load");
  answer = await fetch("web/examples.json");
  examples = answer.ok ? await answer.json() : {};
  for (const [name, data] of Object.entries(examples)) at("example").append(el("option", { value: name }, data.title));
}

// -- the form and the text in step -----------------------------------------------------------------------------------

store.follow((change) => {
  if (change.by !== "text") at("arrangement").value = JSON.stringify(store.data, null, 2);
  if (change.by !== "text") readable(true);
  isTyped = change.by !== "load";
  const missing = form.missing();
  fill(at("needs"), ...(missing.length ? [`${missing.length} ${missing.length === 1 ? "answer is" : "answers are"} still needed. `,
    el("button", { type: "button", class: "small", click: () => { form.lead(missing[0]); } }, "Show the first")] : ["All that is needed is there."]));
});

// While the text is no JSON the form waits: it would overwrite what somebody is in the middle of.
function readable(is, message = "") {
  at("fields").inert = !is;
  at("json-error").textContent = message;
  at("waiting").hidden = is;
  if (is) at("arrangement").removeAttribute("aria-invalid");
  else at("arrangement").setAttribute("aria-invalid", "true");
}

function typed() {
  let data;
  try {
    data = JSON.parse(at("arrangement").value);
  } catch (error) {
    return readable(false, `This is not JSON yet: ${error.message}.`);
  }
  if (!isMap(data)) return readable(false, "An arrangement is an object with `title`, `parties` and so on.");
  readable(true);
  return store.replace(data, "text");
}

// -- asking the service ----------------------------------------------------------------------------------------------

function headers(type) {
  const sent = { "Content-Type": type };
  if (at("key").value) sent.Authorization = `Bearer ${at("key").value}`;
  else if (token) sent["X-CSRF-Token"] = token;
  return sent;
}

// Ask about what is decided, or with a body of its own; faults are shown, and give null.
async function ask(path, query = {}, { body, type } = { body: asked, type: "application/json" }) {
  let answer;
  try {
    answer = await fetch(`${path}?${new URLSearchParams(query)}`, { method: "POST", headers: headers(type), body });
  } catch {
    return refuse("The service does not answer. Try again in a moment.", [], false);
  }
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  if (answer.status === 401) at("access").open = true;
  const title = answer.status === 401 ? "This service asks for a key: enter one above, or sign in."
    : answer.status !== 422 ? `The service refuses: ${problem.title || answer.status}.`
      : body === asked ? "The arrangement cannot be decided as it is." : "The file cannot be read.";
  return refuse(title, problem.errors || [], body === asked);
}

function refuse(title, errors, isOfForm) {
  if (isOfForm) form?.show(errors);
  if (isOfForm && errors.some((each) => each.code === "bad-json" || each.code === "repeated-key")) at("json").open = true;
  fill(at("faults"), el("h2", { tabindex: "-1" }, title), el("ul", {}, ...(isOfForm ? inOrder(at("fields"), errors) : errors).map((each) => fault(each, isOfForm))));
  at("faults").firstChild.focus({ preventScroll: true });
  at("faults").scrollIntoView({ block: "nearest" });
  return null;
}

function fault(each, isOfForm) {
  const where = isOfForm && each.where.startsWith("/") ? told(at("fields"), each.where) : "";
  const text = where ? saying(each) : [...said(each.message), ...(each.help ? said(` (${each.help})`) : [])];
  if (!where) return el("li", {}, each.where ? el("code", {}, each.where) : "", each.where ? ": " : "", ...text);
  const lead = (event) => {
    event.preventDefault();
    form.lead(each.where);
  };
  return el("li", {}, el("a", { href: "#fields", "data-where": each.where, click: lead }, where), ": ", ...text);
}

// -- deciding --------------------------------------------------------------------------------------------------------

async function decide(isAgain = false) {
  const button = document.querySelector("#form [type=submit]");
  button.disabled = true;
  fill(at("faults"));
  fill(at("result"));
  at("status").textContent = "Deciding …";
  form?.settle();
  asked = at("arrangement").value;
  try {
    // What the page does is to look, not to keep, unless a key says who asks.
    const answer = await ask("v1/evaluations", at("key").value ? {} : { store: "false" });
    if (answer) await show(await answer.json(), answer.headers.get("location"), isAgain);
    else at("status").textContent = "";
  } finally {
    button.disabled = false;
  }
}

async function show(decision, kept, isAgain) {
  form?.show([]);
  const drawn = await ask("v1/map");
  const map = drawn ? URL.createObjectURL(await drawn.blob()) : "";
  const lead = (pointer) => form?.lead(pointer);
  fill(at("result"), ...result(decision, JSON.parse(asked), { map, kept, answer, download, lead, show: lead, means: (question) => form?.words.means(question) }));
  at("status").textContent = isAgain ? `Decided again: ${words(decision.outcome)}; ${plural(decision.questions.length, "question is", "questions are")} open.`
    : "Decided: the answer is below.";
  // Whoever answers questions goes on with those that are left, and is not sent back to the top each time.
  const next = at(isAgain && decision.questions.length ? "questions" : "outcome");
  if (isAgain && decision.questions.length) next.after(el("p", {}, "Decided again: ", outcome(decision.outcome)));
  next.focus({ preventScroll: true });
  next.scrollIntoView();
}

// Put answers where the questions say, and decide again; the places are those of what was decided.
async function answer(question, value, others) {
  const decided = JSON.parse(asked);
  const answers = [[question, value], ...others];
  const idsOf = (data, list) => JSON.stringify(data[list]?.map?.((each) => each.id));
  const lists = new Set(answers.map(([each]) => pathOf(each.pointer)[0]));
  if ([...lists].some((list) => idsOf(decided, list) !== idsOf(store.data, list))) {
    at("status").textContent = "The arrangement has other parts than the one decided: decide again first.";
    return;
  }
  for (const [each, known] of answers) store.set(pathOf(each.pointer), known, "list");
  await decide(true);
}

async function download(format, name) {
  at("status").textContent = `Writing ${name} …`;
  const answer = await ask("v1/reports", { format });
  at("status").textContent = answer ? `${name} is ready.` : "";
  if (!answer) return;
  const found = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") || "");
  // Among the downloads of somebody who decides about many, the title tells them apart.
  const called = slug(JSON.parse(asked).title, 60) || "safeconduct";
  const link = el("a", { href: URL.createObjectURL(await answer.blob()), download: found ? found[1].replace(/^safeconduct/, called) : name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// -- beginning with something ----------------------------------------------------------------------------------------

function mayReplace(from) {
  if (!isTyped || window.confirm("Replace the arrangement that you have changed?")) return true;
  from.value = "";
  return false;
}

function put(data) {
  fill(at("faults"));
  fill(at("draft"));
  fill(at("result"));
  store.replace(data, "load");
}

at("arrangement").addEventListener("input", typed);
at("example").addEventListener("change", () => {
  const chosen = examples[at("example").value];
  if (chosen && mayReplace(at("example"))) put(structuredClone(chosen));
});
at("file").addEventListener("change", async () => {
  const [file] = at("file").files;
  if (!file || !mayReplace(at("file"))) return;
  fill(at("faults"));
  const found = await open(file, at("kind").value, ask);
  at("example").value = "";
  if (!found) return;
  put(isMap(found.data) ? found.data : {});
  if (!isMap(found.data)) {
    at("json").open = true;
    at("arrangement").value = found.text ?? JSON.stringify(found.data, null, 2);
    typed();
  }
  if (found.notes) {
    fill(at("draft"), notesOf(found.notes, file.name, { lead: (pointer) => form.lead(pointer), told: (pointer) => told(at("fields"), pointer) }));
    at("draft").querySelector("h2").focus();
  } else at("status").textContent = `${file.name} is in the form.`;
});
at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  decide();
});
// Return in a line ends the line; whoever means to decide says so.
at("form").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input:not([type=checkbox], [type=radio], [type=file])")) event.preventDefault();
});
begin();
