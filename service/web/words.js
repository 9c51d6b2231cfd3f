// What the form is made of: the schema of an arrangement, the vocabulary, places and areas of law, as the service gives them.
// A code as people read it.
export const words = (code) => code.replaceAll("_", " ").replace(/\b(ai|hiv|hr|id|ip|eu)\b/g, (short) => short.toUpperCase());
export const plural = (number, one, many) => `${number || "no"} ${number === 1 ? one : many}`;
export const sentence = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

// A name as an id or a file has it: as many whole words as there is room for, none of them hanging.
export function slug(name, most) {
  const text = String(name ?? "").normalize("NFKD").replace(/[^\w\s-]/g, "").toLowerCase().split(/[\s_-]+/).filter(Boolean);
  const short = text.reduce((found, word) => (`${found}-${word}`.length <= most ? `${found}-${word}` : found), "").slice(1);
  return short.replace(/(-(and|of|the|for|from|to|in|on|a|an|with))+$/, "");
}

const WHO = { both: "exporter and importer", authority: "an authority", ethics_board: "an ethics board", subjects: "the people", funder: "the funder" };
// Whose part it is to know something, or to do it.
export const by = (code) => WHO[code] || words(code || "not stated by the rule");

export class Words {
  constructor({ schema, enums, readings, places, areas }) {
    Object.assign(this, { schema, enums, readings, places, areas });
    this.placeForm = schema.$defs.Party.properties.country.pattern;
  }

  part(name) {
    return name ? this.schema.$defs[name] : this.schema;
  }

  // A node of the schema itself, where it only refers to one.
  nodeOf(node) {
    return node.$ref ? this.schema.$defs[node.$ref.split("/").pop()] : node;
  }

  // The forms that a value may have, null left out: an unknown fact is not written at all.
  #arms(node) {
    const found = this.nodeOf(node);
    return found.anyOf ? found.anyOf.filter((arm) => arm.type !== "null").flatMap((arm) => this.#arms(arm)) : [found];
  }

  // What somebody fills in where a node of the schema stands.
  kind(node) {
    const arms = this.#arms(node);
    const said = { hasNone: arms.some((arm) => arm.const === "none"), hasTruth: arms.some((arm) => arm.type === "boolean") };
    const [main] = arms.filter((arm) => arm.const === undefined && arm.type !== "boolean");
    if (!main) return { ...said, kind: "truth" };
    if (arms.some((arm) => arm.title === "Range")) return { ...said, kind: "count" };
    return { ...said, ...(main.type === "array" ? this.#list(main) : this.#single(main)) };
  }

  #single(node) {
    if (node.enum) return { kind: "choice", values: node.enum };
    if (node.properties) return { kind: node.title ? "object" : "evidence", node, part: node.title };
    if (node.type === "integer" || node.type === "number") return { kind: "number", node };
    if (node.format === "date") return { kind: "day" };
    if (node.pattern === this.placeForm) return { kind: "place" };
    return { kind: "text", isLong: node.maxLength >= 1000, most: node.maxLength };
  }

  #list(node) {
    const [item] = this.#arms(node.items);
    if (item.enum) return { kind: "set", values: item.enum };
    if (item.properties) return { kind: "list", node: item, part: item.title };
    return { kind: item.pattern === this.placeForm ? "places" : "lines" };
  }

  // The vocabulary's entry for the values of a choice: what each of them means.
  terms(values) {
    const found = Object.values(this.enums).find((terms) => terms.length === values.length
      && terms.every((term, index) => term.name === values[index]));
    return found || values.map((name) => ({ name, says: "" }));
  }

  // What the answers to a question of a decision mean, where the vocabulary or a reading of the law says it.
  means(question) {
    const [, list, name] = question.pointer.split("/");
    const reading = list === "readings" && this.readings.find((each) => each.id === name);
    return reading ? reading.options : question.values.length ? this.terms(question.values) : [];
  }

  // Limits on use as a list of codes writes them; those without a code cannot stand there.
  duo() {
    return this.enums.use_limit.filter((term) => term.uri?.includes("/DUO_"))
      .map((term) => ({ name: term.uri.split("/").pop().replace("_", ":"), label: words(term.name), says: term.says }));
  }

  place(code) {
    const country = code.split("-")[0];
    const part = this.places.parts[country]?.[code];
    const name = this.places.countries[country];
    if (!name) return code;
    return part ? `${part}, ${name}` : name;
  }

  area(id) {
    return this.areas[id.split(".")[0]]?.name || id.split(".")[0];
  }
}
