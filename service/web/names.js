// What the parts of an arrangement are called, for people who gave them names and never saw the ids made of these.
export class Names {
  #parties;
  #datasets;
  #transfers;

  constructor(arrangement) {
    this.arrangement = arrangement;
    this.#parties = new Map(arrangement.parties.map((party) => [party.id, party.name || party.id]));
    this.#datasets = new Map(arrangement.datasets.map((data) => [data.id, data.title]));
    const between = arrangement.transfers.map((each) => `the transfer from ${this.party(each.exporter)} to ${this.party(each.importer)}`);
    this.#transfers = new Map(arrangement.transfers.map((each, index) => {
      const isAlone = between.filter((other) => other === between[index]).length === 1;
      return [each.id, isAlone ? between[index] : `${between[index]} (${each.id})`];
    }));
  }

  party(id) {
    return this.#parties.get(id) || id;
  }

  dataset(id) {
    const title = this.#datasets.get(id);
    return title ? `data set “${title}”` : `data set ${id}`;
  }

  // Where a measure is stated, or would be: what a transfer says for itself counts before what holds for all.
  measure(transfer, id) {
    const index = this.arrangement.transfers.findIndex((each) => each.id === transfer);
    return Object.hasOwn(this.arrangement.transfers[index]?.measures || {}, id) ? `/transfers/${index}/measures/${id}` : `/measures/${id}`;
  }

  // A question with names for the ids in it. An id can be an everyday word: only what stands where the questions name a
  // part, or does not look like a word, is taken for one.
  told(question) {
    const [, list, index] = question.pointer.split("/");
    let text = question.ask;
    for (const [id, title] of this.#datasets) if (title) text = text.replaceAll(`\`${id}\``, `“${title}”`);
    const named = list === "transfers" ? [this.arrangement.transfers[index]] : this.arrangement.transfers;
    for (const { id } of named.filter(Boolean)) {
      const place = /[\d-]/.test(id) ? "(?:transfer )?" : "transfer ";
      text = text.replace(new RegExp(`(?<![\\w-])${place}${id.replace(/[^\w-]/g, "\\$&")}(?![\\w-])`, "g"), () => this.#transfers.get(id));
    }
    return text.replace(/^./, (letter) => letter.toUpperCase());
  }
}
