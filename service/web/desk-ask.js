// Ask the service, as whoever is signed in, or with the key that was typed in: it is kept in this module and nowhere else.
import { Words } from "./words.js";

let key = "";
let names = {};
// Who asks: `/auth/me`, or null while nobody is known.
export let me = null;

export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.title || `The service answers ${status}`);
    this.status = status;
    this.errors = problem.errors || [];
  }

  has(code) {
    return this.errors.some((each) => each.code === code);
  }
}

export const may = (permission) => Boolean(me?.permissions.includes(permission));
export const nameOf = (id) => names[id];

// Find out who asks.
export async function identify(typed) {
  if (typed !== undefined) key = typed;
  try {
    me = await (await call("GET", "auth/me")).json();
  } catch (refusal) {
    if (!(refusal instanceof Refusal) || refusal.status !== 401) throw refusal;
    me = null;
    if (key) {
      key = "";
      throw refusal;
    }
  }
  names = me ? await namesKnown() : {};
}

// Ids of people and keys are all that an agreement tells; who may see more sees names.
async function namesKnown() {
  const lists = [may("people:manage") ? "v1/people?limit=200" : "", may("keys:manage") ? "v1/keys?limit=200" : ""].filter(Boolean);
  const found = await Promise.all(lists.map((path) => read(path).then((answer) => answer.data.items, () => [])));
  return Object.fromEntries(found.flat().map((each) => [each.id, each.name]));
}

async function call(method, path, headers = {}, body = undefined, isAgain = false) {
  const sent = { ...headers };
  if (key) sent.Authorization = `Bearer ${key}`;
  else if (me?.csrf_token) sent["X-CSRF-Token"] = me.csrf_token;
  if (body !== undefined) sent["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers: sent, body, credentials: key ? "omit" : "same-origin", cache: "no-store" });
  } catch {
    throw new Refusal(0, { title: "The service does not answer; try again in a moment" });
  }
  if (answer.ok) return answer;
  const refusal = new Refusal(answer.status, await answer.json().catch(() => ({})));
  // Somebody signed in again meanwhile, in another tab: the session is a new one.
  if (refusal.has("csrf-token-needed") && !isAgain) {
    await identify();
    return call(method, path, headers, body, true);
  }
  throw refusal;
}

const versionOf = (answer) => Number((answer.headers.get("etag") || "").replaceAll('"', "")) || 0;

export async function read(path) {
  const answer = await call("GET", path);
  return { data: await answer.json(), version: versionOf(answer) };
}

let lexicon = null;

// The vocabulary, asked for once; the desk does without where it does not come.
export function vocabulary() {
  lexicon ??= fetch("web/words.json").then((answer) => answer.json()).then((said) => new Words(said)).catch(() => { lexicon = null; });
  return lexicon;
}

// Each content gets a name of its own, so that what is sent again after an answer that never came is not done twice.
const attempts = new Map();

export async function send(path, content, version) {
  const body = JSON.stringify(content);
  const attempt = JSON.stringify([path, version, body]);
  if (!attempts.has(attempt)) attempts.set(attempt, [...crypto.getRandomValues(new Uint32Array(4))].join("-"));
  const headers = { "Idempotency-Key": attempts.get(attempt), ...(version === undefined ? {} : { "If-Match": `"${version}"` }) };
  const answer = await call("POST", path, headers, body);
  attempts.delete(attempt);
  return { data: await answer.json(), version: versionOf(answer) };
}

export async function post(path) {
  return (await call("POST", path)).json();
}

export async function file(path) {
  const answer = await call("GET", path);
  const found = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") || "");
  return { content: await answer.blob(), name: found ? found[1] : "" };
}
