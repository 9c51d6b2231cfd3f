// Forms that do something to an agreement. What is typed is kept until it was sent, also while the agreement is read
// again because somebody else was faster.
import { el, fill } from "./made.js";
import { Refusal, read, send } from "./desk-ask.js";
import { reasons } from "./desk-words.js";
import { told } from "./desk-history.js";

const unsent = new Map();
const nameOf = (agreement, act) => `${agreement} ${act}`;

export const hasUnsent = () => [...unsent.values()].some((typed) => Object.values(typed.values).some((value) => typeof value === "string" && value.trim()));
export const unsentOf = (agreement, act) => unsent.get(nameOf(agreement, act))?.values;
export function keep(agreement, act, values, title) {
  unsent.set(nameOf(agreement, act), { act, agreement, title, values });
}
export const forget = (agreement, act) => unsent.delete(nameOf(agreement, act));

// Whatever was typed for an act that can no longer be done: nothing is thrown away unseen.
export function stranded(agreement, acts) {
  const left = [...unsent.values()].filter((each) => each.agreement === agreement && !acts.includes(each.act)
    && Object.values(each.values).some((value) => typeof value === "string" && value.trim()));
  if (!left.length) return "";
  return el("section", { class: "note", "aria-labelledby": "stranded" },
    el("h2", { id: "stranded" }, "Typed, and not sent"),
    el("p", {}, "This can no longer be done to the agreement as it is now. Take with you what you need."),
    ...left.map((each) => {
      const id = `stranded-${each.act}`;
      const box = el("div", {}, el("label", { for: id }, each.title),
        el("textarea", { id, rows: "3", readonly: true }, Object.values(each.values).filter((value) => value.trim()).join("\n")),
        el("button", { type: "button", class: "quiet", click: () => { forget(agreement, each.act); box.remove(); } }, "Throw it away"));
      return box;
    }));
}

// A form for one act.
//   act: id, title, says, path below the agreement, fields, button, and body(values), which is what is sent.
//   done(agreement, act): shows the agreement as it is afterwards. again(agreement, act): as it is meanwhile.
export function actForm(agreement, act, { done, again }) {
  const kept = unsentOf(agreement.id, act.id) || {};
  const parts = act.fields.map((field) => control(field, `${act.id}-${field.name}`, kept[field.name] ?? field.value));
  const values = () => Object.fromEntries(parts.map((part) => [part.field.name, part.input.value]));
  const refusal = el("div", { class: "refusal", role: "alert" });
  const button = el("button", { type: "submit" }, act.button);
  let isSending = false;
  const form = el("form", {
    id: `form-${act.id}`,
    input: () => keep(agreement.id, act.id, { ...unsentOf(agreement.id, act.id), ...values() }, act.title),
    submit: async (event) => {
      event.preventDefault();
      if (isSending) return;
      isSending = true;
      button.setAttribute("aria-disabled", "true");
      parts.forEach((part) => blame(part, []));
      fill(refusal);
      let answer = null;
      try {
        answer = await send(`v1/agreements/${agreement.id}/${act.path}`, act.body(values()), agreement.version);
      } catch (found) {
        await refuse(found, { agreement, act, parts, refusal, again });
      } finally {
        isSending = false;
        button.removeAttribute("aria-disabled");
      }
      if (!answer) return;
      forget(agreement.id, act.id);
      await done(answer.data, act);
    },
  }, act.says ? el("p", { class: "hint" }, ...[act.says].flat()) : "", ...parts.map((part) => part.box), refusal, button);
  return form;
}

async function refuse(found, { agreement, act, parts, refusal, again }) {
  if (found instanceof SyntaxError) {
    const [field] = act.fields.filter((each) => ["arrangement", "written"].includes(each.name));
    found = new Refusal(422, { errors: [{ message: "This is no JSON", help: found.message, where: `/${field.name}` }] });
  }
  if (!(found instanceof Refusal)) throw found;
  if (found.status === 409 || found.status === 412) {
    const now = await read(`v1/agreements/${agreement.id}`).then((answer) => answer.data, () => null);
    if (now && now.version !== agreement.version) {
      fill(refusal, ...meanwhile(agreement, now, found, () => again(now, act)));
      refusal.querySelector("button").focus();
      return;
    }
  }
  const partOf = (each) => parts.find((one) => `${each.where}/`.startsWith(`/${one.field.name}/`));
  for (const part of parts) blame(part, found.errors.filter((each) => partOf(each) === part));
  const rest = found.errors.filter((each) => !partOf(each));
  const isOut = found.status === 401;
  fill(refusal, el("p", {}, el("strong", {}, isOut ? "You are no longer signed in. Nothing that you typed is lost." : "The service did not do it.")),
    isOut && document.querySelector("nav a[href=auth]")
      ? el("p", {}, el("a", { href: "auth/sign-in", target: "_blank", rel: "noopener" }, "Sign in in another tab"), ", then send this again.")
      : rest.length || !found.errors.length ? reasons(rest.length ? rest : [{ message: found.message }]) : "");
  parts.find((one) => one.input.getAttribute("aria-invalid"))?.input.focus();
}

// What the others did since this page was read.
function meanwhile(agreement, now, found, reload) {
  const since = now.acts.filter((each) => each.version > agreement.version);
  return [
    el("p", {}, el("strong", {}, "Not sent: somebody else was faster. "),
      `You were looking at version ${agreement.version}; it is version ${now.version} now. Since then:`),
    el("ul", {}, ...since.map((each) => el("li", {}, ...told(each, now)))),
    found.status === 409 ? reasons(found.errors) : "",
    el("button", { type: "button", click: reload }, "Show it as it is now"),
    el("p", { class: "hint" }, "What you typed stays, to be looked over and sent."),
  ];
}

function blame(part, errors) {
  const own = `/${part.field.name}`;
  fill(part.fault, errors.length ? reasons(errors.map((each) => ({ ...each, where: each.where === own ? "" : each.where }))) : "");
  if (errors.length) part.input.setAttribute("aria-invalid", "true");
  else part.input.removeAttribute("aria-invalid");
}

function control(field, id, value) {
  const common = { id, required: field.required !== false, "aria-describedby": `${id}-hint ${id}-fault` };
  const made = {
    area: () => el("textarea", { ...common, class: field.rows && "code", rows: field.rows || "3", maxlength: field.most || "10000", spellcheck: field.rows ? "false" : "true" }),
    choice: () => el("select", common, ...field.choices.map(choice)),
    day: () => el("input", { ...common, type: "date", min: field.min }),
    text: () => el("input", { ...common, type: "text", list: field.list && `${id}-list`, pattern: field.pattern, autocomplete: "off", maxlength: "500" }),
  };
  const input = made[field.kind]();
  if (value !== undefined) input.value = value;
  const fault = el("div", { class: "fault", id: `${id}-fault` });
  const box = el("div", {}, el("label", { for: id }, field.label, field.required === false ? el("span", { class: "hint" }, " (may be left out)") : ""), input,
    field.list ? el("datalist", { id: `${id}-list` }, ...field.list.map((each) => el("option", { value: each[0] }, each[1]))) : "",
    el("p", { class: "hint", id: `${id}-hint` }, field.hint || ""), fault);
  if (field.shown) field.shown(box, input);
  return { field, input, box, fault };
}

function choice(each) {
  if (Array.isArray(each)) return el("option", { value: each[0] }, each[1]);
  return el("optgroup", { label: each.label }, ...each.choices.map(choice));
}
