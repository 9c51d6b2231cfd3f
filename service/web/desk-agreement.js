// One agreement: what it is, what was said and done about it, and what the one who looks may do.
import { el, fill } from "./made.js";
import { result } from "./result.js";
import { actForm, keep, stranded, unsentOf } from "./desk-acting.js";
import { actsOf, commenting, mayAnswer, notes } from "./desk-acts.js";
import { answerHere, answering, onlyShown } from "./desk-answering.js";
import { Refusal, file, may, read, vocabulary } from "./desk-ask.js";
import { comparing, showDifferences, showFindings } from "./desk-differences.js";
import { factsOf, findings, findingsOf, missing, talk } from "./desk-findings.js";
import { log, overrides, signoffs } from "./desk-history.js";
import { saving } from "./desk-records.js";
import { ATTENTION, day, evaluationLink, flag, outcome, quoted, reasons, state, titled, when, who, words } from "./desk-words.js";

export async function agreement(place, name) {
  const path = `v1/agreements/${encodeURIComponent(name)}`;
  const desk = { place, record: null, map: "", unread: null, agreement: (await read(path)).data };
  await load(desk);
  draw(desk);
}

// The record of the current revision's decision. A key may be narrowed so that it sees none; everything else is shown.
async function load(desk) {
  const name = desk.agreement.revisions.at(-1).evaluation;
  if (desk.record?.id === name) return;
  if (desk.map) URL.revokeObjectURL(desk.map);
  Object.assign(desk, { record: null, map: "", unread: null });
  try {
    const [record, map] = await Promise.all([read(`v1/evaluations/${name}`), file(`v1/evaluations/${name}/map`).catch(() => null)]);
    desk.record = record.data;
    desk.map = map ? URL.createObjectURL(map.content) : "";
    desk.words = record.data.decision.questions.length ? await vocabulary() : null;
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    desk.unread = refusal;
  }
}

async function redraw(desk, agreement, said, act) {
  desk.agreement = agreement;
  await load(desk);
  draw(desk);
  const notice = document.getElementById("notice");
  fill(notice, said);
  notice.focus({ preventScroll: true });
  notice.scrollIntoView({ block: "center" });
  const open = act && document.getElementById(`act-${act.id}`);
  if (open) open.open = true;
}

function draw(desk) {
  const { agreement: shown, record } = desk;
  const then = {
    done: (agreement, act) => redraw(desk, agreement, `Done: ${act.title}. It is ${words(agreement.state)}, version ${agreement.version}.`),
    again: (agreement, act) => redraw(desk, agreement, `This is version ${agreement.version}. What you typed is still here, and not sent.`, act),
  };
  const comment = commentAct(desk);
  const acts = actsOf(shown, record);
  const answer = answerAct(desk);
  const known = [...acts, ...(comment ? [comment] : []), ...(answer ? [answer] : [])].map((each) => each.id);
  fill(desk.place,
    ...head(desk), overrides(shown), stranded(shown.id, known),
    el("div", { class: "columns" },
      el("div", { class: "acts" }, el("section", { "aria-labelledby": "acts" }, el("h2", { id: "acts" }, "What you can do"),
        el("p", { id: "notice", class: "notice", tabindex: "-1" }), ...notes(shown).map((each) => el("p", { class: "hint" }, each)),
        ...[...acts, ...(comment ? [comment] : [])].map((act) => folded(shown, act, then)),
        acts.length || comment ? "" : el("p", { class: "hint" }, "You may read it."))),
      el("div", { class: "matter" },
        section("findings", `Findings and comments (${talk(shown)})`, findings(shown, record, comment && ((about, fact) => startComment(desk, about, fact)))),
        section("missing", `Missing facts${record ? ` (${record.decision.questions.length})` : ""}`, missing(record, mayAnswer(shown))),
        section("signoffs", "Sign-offs", signoffs(shown)),
        section("revisions", "Revisions", revisions(shown)),
        section("log", "What was done", log(shown)))),
    ...decision(desk, answer ? actForm(shown, answer, then) : "", then));
}

function section(id, title, inside) {
  return el("section", { "aria-labelledby": id }, el("h2", { id, tabindex: "-1" }, title), ...inside);
}

function folded(shown, act, then) {
  return el("details", { id: `act-${act.id}`, name: "act", open: Boolean(unsentOf(shown.id, act.id)) }, el("summary", {}, act.title), actForm(shown, act, then));
}

function head({ agreement: shown }) {
  const jump = (id, text) => el("a", { href: `#${id}` }, text);
  return [
    el("p", { class: "id" }, el("a", { href: "#/agreements" }, "Agreements"), ` / ${shown.id}`),
    el("h1", { tabindex: "-1" }, titled(shown.title)),
    el("p", { class: "badges" }, state(shown.state), outcome(shown.outcome, "big"),
      el("span", {}, `revision ${shown.revision}, version ${shown.version}`), shown.expires_on ? el("span", {}, "until ", day(shown.expires_on)) : ""),
    attention(shown),
    el("nav", { class: "jump", "aria-label": "On this page" }, jump("acts", "What you can do"), jump("findings", "Findings"), jump("missing", "Missing facts"), jump("signoffs", "Sign-offs"),
      jump("revisions", "Revisions"), jump("log", "What was done"), jump("decision", "Decision and documents")),
  ];
}

function attention(shown) {
  if (!shown.attention) return "";
  const seen = shown.acts.filter((act) => act.kind === "outcome_changed").at(-1);
  return el("section", { class: "attention", "aria-label": "Attention" },
    el("p", {}, flag(shown.attention), " ", ATTENTION[shown.attention][1], " Seen by the watch on ", when(shown.attention_at), "."),
    el("p", {}, "Decided as ", outcome(shown.outcome), ", now ", outcome(shown.watched_outcome || shown.outcome)),
    seen?.body.evaluation ? comparing("Show what came out differently", shown.revisions.at(-1).evaluation, seen.body.evaluation, showFindings) : "");
}

function revisions(shown) {
  return [el("ol", { class: "log", reversed: true }, ...[...shown.revisions].reverse().map((each, index, all) => el("li", { value: each.number },
    outcome(each.outcome), " ", when(each.created_at), " by ", who(each.created_by), " ", evaluationLink(each.evaluation, "its decision"),
    each.note ? quoted(each.note) : "",
    all[index + 1] ? comparing(`What changed since revision ${all[index + 1].number}`, all[index + 1].evaluation, each.evaluation, showDifferences) : "")))];
}

function commentAct({ record }) {
  if (!may("agreements:write") && !may("agreements:review")) return null;
  return commenting(record ? findingsOf(record.decision) : [], record ? factsOf(record) : []);
}

function startComment(desk, about, fact) {
  const folder = document.getElementById("act-comment");
  folder.open = true;
  document.getElementById("comment-about").value = about;
  document.getElementById("comment-fact").value = fact || "";
  document.getElementById("comment-text").focus();
}

// The answer that somebody has begun: what it is stands with what was typed about it.
function answerAct({ agreement: shown, record }) {
  const begun = unsentOf(shown.id, "answer");
  const question = begun && record?.decision.questions.find((each) => each.pointer === begun.pointer && each.fact === begun.fact);
  return question && mayAnswer(shown) ? answering(question, begun.value && JSON.parse(begun.value)) : null;
}

function decision(desk, answerForm, then) {
  const { agreement: shown, record } = desk;
  const head = el("h2", { id: "decision", tabindex: "-1" }, `Decision on revision ${shown.revision}, and documents`);
  if (!record) return [head, el("p", { class: "note" }, `It could not be read: ${desk.unread.message}.`), reasons(desk.unread.errors)];
  const place = el("div", { class: "answering" }, answerForm);
  const answer = (question, value) => {
    const begun = { source: unsentOf(shown.id, "answer")?.source || "", pointer: question.pointer, fact: question.fact, ...(value === undefined ? {} : { value: JSON.stringify(value) }) };
    keep(shown.id, "answer", begun, `Answer: ${question.ask}`);
    fill(place, actForm(shown, answering(question, value), then));
    place.querySelector("input, textarea").focus();
  };
  const lead = (pointer) => answer(record.decision.questions.find((each) => each.pointer === pointer));
  const nodes = result(record.decision, record.arrangement, {
    map: desk.map, answer, lead, means: (question) => desk.words?.means(question), download: saving(`v1/evaluations/${record.id}/report`),
  });
  if (mayAnswer(shown)) answerHere(nodes);
  else onlyShown(nodes, `Answers make another revision. That is for submitters, while it is a draft or changes are requested; now it is ${words(shown.state)}.`);
  const questions = nodes.find((node) => node.id === "questions");
  return [el("section", { class: "decision", "aria-labelledby": "decision" }, head,
    el("p", {}, el("button", { type: "button", click: () => saving(`v1/agreements/${shown.id}/crate`)() }, "The agreement with its whole review (RO-Crate)")),
    ...nodes.flatMap((node) => (node === questions ? [node, place] : [node])), questions ? "" : place)];
}
