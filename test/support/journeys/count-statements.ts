import type { OpenWarehouse } from '../../../electron/warehouses/warehouse.ts';

/** What is thrown where a process would have been killed. */
export class Killed extends Error {}

/** Statements of a warehouse as they are counted, and the one at which the process ends. */
export interface Statements {
  readonly warehouse: OpenWarehouse;
  /** How many statements have written since the last {@link kill}. */
  written(): number;
  /** How many statements have asked since the warehouse was wrapped. */
  asked(): number;
  /** Ends the process before or after the statement with this number, from 1, that writes from now on. Never, where it is undefined. */
  kill(at?: { readonly statement: number; readonly when: 'before' | 'after' }): void;
}

/** Wraps a warehouse so that its statements are counted, and a process can end at any of them. */
export function countStatements(warehouse: OpenWarehouse): Statements {
  let written = 0;
  let asked = 0;
  let end: Parameters<Statements['kill']>[0];
  const { state } = warehouse;
  if (state === undefined) throw new Error('the warehouse may be written nowhere');
  const execute: typeof state.execute = async (statement, options) => {
    written += 1;
    if (end?.statement === written && end.when === 'before') throw new Killed();
    const result = await state.execute(statement, options);
    if (end?.statement === written) throw new Killed();
    return result;
  };
  const counted = { catalog: state.catalog, schema: state.schema, execute };
  const wrapped = new Proxy(warehouse, {
    get: (target, key) => {
      if (key === 'state') return counted;
      if (key === 'query') asked += 1;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return {
    warehouse: wrapped,
    written: () => written,
    asked: () => asked,
    kill: (at) => {
      written = 0;
      end = at;
    },
  };
}
