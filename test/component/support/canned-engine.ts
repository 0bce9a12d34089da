import { implement } from '@orpc/server';
import { contract, type ConnectionView, type TestEvent } from '../../../electron/contract/contract.ts';
import type { AppErrorShape } from '../../../electron/domain/app-error.ts';
import type { FoundChange } from '../../../electron/domain/catalog-change.ts';
import type { SchemaGap } from '../../../electron/domain/catalog.ts';
import type {
  GrantRequest,
  PermissionOutline,
  PermissionReport,
} from '../../../electron/domain/permission.ts';
import { sameTable } from '../../../electron/domain/table-path.ts';
import { AS_OF, KINDS, SAMPLE, TABLES } from './canned-lakehouse.ts';

/** What the canned engine answers with; every part can be left to its default. */
export type CannedAnswers = {
  connections?: ConnectionView[];
  /** The catalog was read before. */
  catalogRead?: boolean;
  /** What changed since the reading before. */
  changes?: FoundChange[];
  /** Schemas of which no table was read. */
  gaps?: SchemaGap[];
  /** The size of a table can be asked for. */
  sizes?: boolean;
  /** What there is to grant; nothing unless given. */
  outline?: PermissionOutline;
  /** What a check of permissions finds; without it the check fails. */
  report?: PermissionReport;
  /** Where given, the second step of a connection test fails with it. */
  testFailure?: AppErrorShape;
  /** Milliseconds between the events of long acts. */
  pace?: number;
};

const NOTHING_TO_GRANT: PermissionOutline = { grantable: false, host: '', warehouse: '', tables: [] };

const LOST: AppErrorShape = {
  code: 'HOST_UNREACHABLE',
  message: 'The workspace does not answer.',
  help: 'Check the network, then try again.',
  retry: 'later',
};

/** A request line by line: what the real script is made of. */
function listRequest({ principal, tables, writable }: GrantRequest): string {
  return [
    `to ${principal.kind} ${principal.name}`,
    ...tables.map(
      ({ path, leaveOut }) => `read ${path.table}${leaveOut.map((each) => ` -${each}`).join('')}`,
    ),
    ...(writable === undefined ? [] : [`write ${writable.catalog}.${writable.schema}`]),
  ].join('; ');
}

/** The router with what it was asked to save. */
export type CannedEngine = {
  readonly router: ReturnType<typeof makeRouter>;
  readonly saved: unknown[];
};

/**
 * An engine for component tests: the true contract, with its schemas checked on both sides, over answers in memory.
 * The engine itself needs native modules, which no browser loads.
 */
export function makeCannedEngine(answers: CannedAnswers = {}): CannedEngine {
  const saved: unknown[] = [];
  return { router: makeRouter(answers, saved), saved };
}

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

function makeRouter(answers: CannedAnswers, saved: unknown[]) {
  const os = implement(contract);
  const pace = answers.pace ?? 0;
  let connections = answers.connections ?? [];
  let catalogRead = answers.catalogRead ?? true;
  let changes = answers.changes ?? [];

  return {
    app: {
      status: os.app.status.handler(() => ({
        version: '0.1.0',
        home: '/home',
        keychain: 'os' as const,
        notices: [],
      })),
    },
    connections: {
      kinds: os.connections.kinds.handler(() => KINDS),
      list: os.connections.list.handler(() => connections),
      save: os.connections.save.handler(({ input }) => {
        saved.push(input);
        const view: ConnectionView = {
          id: input.id ?? `connection-${connections.length + 1}`,
          label: input.label,
          kind: input.kind,
          settings: input.settings,
          kindLabel: KINDS.find((kind) => kind.kind === input.kind)?.label ?? input.kind,
          storedSecrets: Object.keys(input.secrets),
          hasModel: false,
          audiences: 0,
        };
        connections = [...connections.filter((each) => each.id !== view.id), view];
        return view;
      }),
      remove: os.connections.remove.handler(({ input }) => {
        connections = connections.filter((each) => each.id !== input.connectionId);
        return {};
      }),
      test: os.connections.test.handler(async function* ({ errors }): AsyncGenerator<TestEvent, void> {
        yield { kind: 'step', id: 'reach', label: 'Reach the host', status: 'running' };
        await wait(pace);
        yield { kind: 'step', id: 'reach', label: 'Reach the host', status: 'passed', detail: '34 ms' };
        yield { kind: 'step', id: 'sign-in', label: 'Sign in', status: 'running' };
        await wait(pace);
        if (answers.testFailure !== undefined) throw errors.APP_ERROR({ data: answers.testFailure });
        yield { kind: 'step', id: 'sign-in', label: 'Sign in', status: 'passed' };
        yield { kind: 'done' };
      }),
      addSample: os.connections.addSample.handler(async () => {
        await wait(pace);
        connections = [...connections, SAMPLE];
        return SAMPLE;
      }),
    },
    catalog: {
      refresh: os.catalog.refresh.handler(async function* () {
        for (const [index, table] of TABLES.entries()) {
          const text = `Reading ${table.path.table}`;
          yield { kind: 'progress' as const, text, fraction: index / TABLES.length };
          await wait(pace);
        }
        catalogRead = true;
        yield {
          kind: 'done' as const,
          result: { tables: TABLES.length, columns: 20, changes: changes.length },
        };
      }),
      schemas: os.catalog.schemas.handler(() =>
        catalogRead
          ? {
              asOf: AS_OF,
              schemas: [{ catalog: 'main', schema: 'retail', tables: TABLES.length }],
              gaps: answers.gaps ?? [],
              sizes: answers.sizes ?? false,
            }
          : { schemas: [], gaps: [], sizes: false },
      ),
      tables: os.catalog.tables.handler(({ input }) =>
        TABLES.filter((each) => input.after === undefined || each.path.table > input.after).map(toSummary),
      ),
      search: os.catalog.search.handler(({ input }) =>
        TABLES.flatMap((each) => {
          const column = each.columns.find(({ name }) => name.includes(input.text))?.name;
          if (each.path.table.includes(input.text)) return [toSummary(each)];
          return column === undefined ? [] : [{ ...toSummary(each), matchedColumn: column }];
        }),
      ),
      table: os.catalog.table.handler(({ input, errors }) => {
        const found = TABLES.find((each) => sameTable(each.path, input.path));
        if (found === undefined) {
          const data: AppErrorShape = {
            code: 'TABLE_MISSING',
            message: 'The table is no longer in the catalog.',
            help: 'Refresh the catalog.',
            retry: 'after-fix',
          };
          throw errors.APP_ERROR({ data });
        }
        return found;
      }),
      changes: os.catalog.changes.handler(() => ({ found: changes, total: changes.length })),
      dismissChanges: os.catalog.dismissChanges.handler(({ input }) => {
        changes = input.ids === undefined ? [] : changes.filter(({ id }) => input.ids?.includes(id) !== true);
        return {};
      }),
      readSize: os.catalog.readSize.handler(() => ({ bytes: 48_300_000, files: 12, asOf: AS_OF })),
      countRows: os.catalog.countRows.handler(async () => {
        await wait(pace);
        return { rows: 2511, from: 'query' as const, asOf: AS_OF };
      }),
    },
    permissions: {
      outline: os.permissions.outline.handler(() => answers.outline ?? NOTHING_TO_GRANT),
      script: os.permissions.script.handler(({ input: { request } }) => ({ text: listRequest(request) })),
      saveScript: os.permissions.saveScript.handler(({ input }) => {
        saved.push(input);
        return {};
      }),
      check: os.permissions.check.handler(async function* ({ input, errors }) {
        saved.push(input.request);
        yield { kind: 'progress' as const, text: 'Checked CAN USE', fraction: 0.5 };
        await wait(pace);
        if (answers.report === undefined) throw errors.APP_ERROR({ data: LOST });
        yield { kind: 'done' as const, result: answers.report };
      }),
    },
  };
}

function toSummary(table: (typeof TABLES)[number]) {
  return { path: table.path, kind: table.kind, columns: table.columns.length, rows: table.rowCount?.rows };
}
