import type { PersonRow } from './facebook-payload.ts';

/** Who is in an audience: people by their rows, found again by any of their identifiers. */
export class Members {
  readonly #people = new Map<string, PersonRow>();
  readonly #byIdentifier = new Map<string, Set<string>>();

  /** The rows of the people, each as its identifiers joined by `|` in the order of the schema. */
  rows(): Set<string> {
    return new Set(this.#people.keys());
  }

  /** Every identifier of every person. */
  identifiers(): Set<string> {
    return new Set(this.#byIdentifier.keys());
  }

  add(person: PersonRow): void {
    const row = person.join('|');
    if (this.#people.has(row)) return;
    this.#people.set(row, person);
    for (const identifier of person) {
      const rows = this.#byIdentifier.get(identifier);
      if (rows === undefined) this.#byIdentifier.set(identifier, new Set([row]));
      else rows.add(row);
    }
  }

  /** Removes everyone whom an identifier of the row finds. */
  remove(person: PersonRow): void {
    const rows = new Set(person.flatMap((identifier) => [...(this.#byIdentifier.get(identifier) ?? [])]));
    for (const row of rows) {
      for (const identifier of this.#people.get(row) ?? []) {
        const others = this.#byIdentifier.get(identifier);
        others?.delete(row);
        if (others?.size === 0) this.#byIdentifier.delete(identifier);
      }
      this.#people.delete(row);
    }
  }

  clear(): void {
    this.#people.clear();
    this.#byIdentifier.clear();
  }
}
