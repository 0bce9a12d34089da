import { AppError } from '../../../electron/domain/app-error.ts';
import {
  GrantRequest,
  type PermissionOutline,
  type Principal,
  type SchemaPath,
} from '../../../electron/domain/permission.ts';
import { type TablePath, formatTablePath, parseTablePath } from '../../../electron/domain/table-path.ts';

/** A table that may be granted, with the columns that may be left out of it. */
export type TableChoice = PermissionOutline['tables'][number] & {
  readonly key: string;
  readonly chosen: boolean;
  readonly leaveOut: readonly string[];
};

/** Who is to be granted what, as it is being written. Everything of the model is chosen at first. */
export class PermissionDraft {
  kind = $state<Principal['kind']>('service-principal');
  name = $state('');
  writes = $state(false);
  writable = $state('');
  tables = $state.raw<readonly TableChoice[]>([]);

  /** The schema for writing, or undefined while it is none. */
  #schema = $derived(this.writes ? readSchema(this.writable.trim()) : undefined);
  /** What keeps the request from being complete, one message a field. */
  problems = $derived({
    ...(this.name.trim() === '' ? { name: 'Enter who is to be granted this.' } : {}),
    ...(this.tables.some((table) => table.chosen) ? {} : { tables: 'Choose at least one table.' }),
    ...(this.writes && this.#schema === undefined ? { writable: 'Write it as catalog.schema.' } : {}),
  });
  /** Tables and schema without the principal, for the connection's own account; undefined while incomplete. */
  objects = $derived.by(() => {
    if (this.problems.tables !== undefined || this.problems.writable !== undefined) return undefined;
    const tables = this.tables
      .filter((table) => table.chosen)
      .map(({ path, leaveOut }) => ({ path, leaveOut: [...leaveOut] }));
    return { tables, ...(this.#schema === undefined ? {} : { writable: this.#schema }) };
  });
  /** The whole request, or undefined while it is incomplete. */
  request = $derived.by(() => {
    const principal = { kind: this.kind, name: this.name.trim() };
    return GrantRequest.safeParse({ principal, ...this.objects }).data;
  });

  constructor(outline: PermissionOutline) {
    this.tables = outline.tables.map((table) => ({
      ...table,
      key: formatTablePath(table.path),
      chosen: true,
      leaveOut: [],
    }));
  }

  /** Adds a table of the catalog; one that is listed already is chosen. */
  add(path: TablePath, columns: readonly string[]): void {
    const key = formatTablePath(path);
    if (this.tables.some((table) => table.key === key)) {
      this.choose(key, true);
      return;
    }
    const choices = columns.map((name) => ({ name, needed: false }));
    this.tables = [...this.tables, { path, key, labels: [], columns: choices, chosen: true, leaveOut: [] }];
  }

  choose(key: string, chosen: boolean): void {
    this.#change(key, (table) => ({ ...table, chosen }));
  }

  /** Leaves a column of a table out, or takes it in again. */
  leaveOut(key: string, column: string, isOut: boolean): void {
    this.#change(key, (table) => {
      const others = table.leaveOut.filter((each) => each !== column);
      return { ...table, leaveOut: isOut ? [...others, column] : others };
    });
  }

  #change(key: string, change: (table: TableChoice) => TableChoice): void {
    this.tables = this.tables.map((table) => (table.key === key ? change(table) : table));
  }
}

function readSchema(text: string): SchemaPath | undefined {
  try {
    const { catalog, schema } = parseTablePath(`${text}.x`);
    return { catalog, schema };
  } catch (cause) {
    // A name being typed is not yet a path; what is missing is said beside the field.
    if (cause instanceof AppError) return undefined;
    throw cause;
  }
}
