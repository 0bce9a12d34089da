/** What a store of profiles must answer, as plain maps. */
export class ProfileModel {
  readonly #documents: Map<string, string>[];
  readonly #asOf: (string | undefined)[];
  readonly #identifiers: readonly string[];
  #values = new Map<string, readonly (string | null)[]>();

  constructor(parts: number, identifiers: readonly string[]) {
    this.#documents = Array.from({ length: parts }, () => new Map<string, string>());
    this.#asOf = this.#documents.map(() => undefined);
    this.#identifiers = identifiers;
  }

  /** Replaces a part. `values` are of its identifiers, where it carries them. @returns how many customers differ from before */
  replace(
    part: number,
    rows: ReadonlyMap<string, ModelRow>,
    asOf: string,
  ): { readonly customers: number; readonly changed: number } {
    const before = this.#documents[part] ?? new Map<string, string>();
    const carries = part === 0;
    const textOf = (document: string | undefined, values: readonly (string | null)[] | undefined): string =>
      JSON.stringify([document ?? null, carries ? (values ?? this.#identifiers.map(() => null)) : null]);
    let changed = 0;
    for (const id of new Set([...before.keys(), ...rows.keys()])) {
      const row = rows.get(id);
      if (textOf(before.get(id), this.#values.get(id)) !== textOf(row?.document, row?.values)) changed += 1;
    }
    this.#documents[part] = new Map([...rows].map(([id, row]) => [id, row.document]));
    if (carries) this.#values = new Map([...rows].map(([id, row]) => [id, row.values]));
    this.#asOf[part] = asOf;
    return { customers: rows.size, changed };
  }

  forget(part: number): void {
    this.#documents[part] = new Map();
    if (part === 0) this.#values = new Map();
    this.#asOf[part] = undefined;
  }

  find(id: string): { readonly id: string; readonly parts: readonly (string | null)[] } | undefined {
    const parts = this.#documents.map((part) => part.get(id) ?? null);
    return parts.every((part) => part === null) ? undefined : { id, parts };
  }

  findIds(identifier: string, value: string, limit: number): string[] {
    const place = this.#identifiers.indexOf(identifier);
    const found = [...this.#values].filter(([, values]) => place !== -1 && values[place] === value);
    const ids = found.map(([id]) => Buffer.from(id)).sort((left, right) => Buffer.compare(left, right));
    return ids.slice(0, limit).map((id) => id.toString());
  }

  asOf(): readonly (string | undefined)[] {
    return this.#asOf;
  }

  customers(part: number): number {
    return this.#documents[part]?.size ?? 0;
  }
}

export interface ModelRow {
  readonly document: string;
  readonly values: readonly (string | null)[];
}
