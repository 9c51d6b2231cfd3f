// What the service finds wrong, at the field that it is about.
import { el, said } from "./made.js";

// The nearest place of the form that a pointer leads to.
function placeOf(root, pointer) {
  for (let where = pointer; where; where = where.slice(0, where.lastIndexOf("/"))) {
    const found = root.querySelector(`[data-at="${CSS.escape(where)}"]`);
    if (found) return found;
  }
  return null;
}

const CONTROLS = "input:not([hidden]), select, textarea, summary, button";

export function target(root, pointer) {
  const place = placeOf(root, pointer);
  if (!place) return null;
  return place.querySelector(":checked:is(input[type=radio])") || place.querySelector(place.tagName === "DETAILS" ? `.inside :is(${CONTROLS})` : CONTROLS) || place.querySelector("summary");
}

// Where a fault is, in the words of the form.
export function told(root, pointer) {
  const labels = [];
  for (let place = placeOf(root, pointer); place && place !== root; place = place.parentElement) {
    if (place.dataset.label) labels.unshift(place.dataset.label);
  }
  return labels.join(" › ");
}

// What is wrong, as text: what is missing stands beside its label, which says what it is.
export function saying(fault) {
  if (fault.code === "missing-key") return ["This is needed."];
  return said(`${fault.message}${fault.help ? ` (${fault.help})` : ""}`);
}

// In the order in which people meet them; what is about no field comes first.
export function inOrder(root, faults) {
  const places = faults.map((fault) => [fault, placeOf(root, fault.where)]);
  const isAfter = (one, other) => (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
  return places.sort(([, one], [, other]) => (one && other && one !== other ? isAfter(one, other) : Boolean(one) - Boolean(other)))
    .map(([fault]) => fault);
}

// Put each fault at its field, with the control that it describes.
export function mark(root, faults) {
  for (const old of root.querySelectorAll("p.error")) old.remove();
  for (const control of root.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    describe(control, (ids) => ids.filter((id) => !id.startsWith("fault-")));
  }
  faults.forEach((fault, index) => {
    const place = placeOf(root, fault.where);
    if (!place) return;
    const text = el("p", { class: "error", id: `fault-${index}` }, ...saying(fault));
    const control = place.matches("fieldset") ? place : place.querySelector(CONTROLS);
    if (place.matches("details")) place.querySelector(".inside").prepend(text);
    else place.querySelector("label, legend").after(text);
    control.setAttribute("aria-invalid", "true");
    describe(control, (ids) => [...ids, text.id]);
  });
}

function describe(control, change) {
  const ids = change((control.getAttribute("aria-describedby") || "").split(" ").filter(Boolean));
  if (ids.length) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
}
