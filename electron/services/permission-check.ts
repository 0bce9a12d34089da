import { AppError, throwIfCancelled } from '../domain/app-error.ts';
import {
  type ExcessGrant,
  type Grant,
  type GrantRequest,
  type Need,
  type NeedFinding,
  type PermissionReport,
  type Securable,
  describeSecurable,
  findWrites,
  isGranted,
  listNeeds,
} from '../domain/permission.ts';
import { formatTablePath } from '../domain/table-path.ts';
import { type Dialect, compileGrant, compileRevoke } from '../sql/index.ts';
import type { ActOptions, PermissionReader, Probe } from '../warehouses/warehouse.ts';

/** How many questions are asked of the warehouse at once. */
const AT_ONCE = 4;

/** Failures that mean that grants cannot be listed, not that the check fails. */
const UNLISTED = new Set(['PERMISSION_DENIED', 'QUERY_FAILED', 'TABLE_MISSING', 'SETTINGS_INVALID']);

/** The grants that affect an object, or why they are not known. */
type Listed = { readonly grants: readonly Grant[] } | { readonly reason: string };

/** What is known of one need before it is judged. */
interface Evidence {
  readonly need: Need;
  /** Undefined where another principal than the connection's own is checked. */
  readonly probe: Probe | undefined;
  readonly listed: Listed;
}

/** What a check is given. */
export interface PermissionCheck {
  readonly request: GrantRequest;
  readonly warehouse: string;
  readonly reader: PermissionReader;
  readonly dialect: Dialect;
  readonly asOf: string;
}

/**
 * Finds out which needs the principal holds: by its grants where the warehouse lists them, and by trying where the principal is the
 * connection's own account. Nothing is ever written to find out.
 * @throws AppError CANCELLED, HOST_UNREACHABLE, AUTH_FAILED
 */
export async function checkPermissions(
  check: PermissionCheck,
  options: ActOptions,
): Promise<PermissionReport> {
  const { request, reader, dialect, asOf } = check;
  const account = await reader.account(options);
  const { principal } = request;
  const isOwn = principal.name.toLowerCase() === account.toLowerCase();
  const needs = listNeeds(request, check.warehouse);
  const listGrants = rememberGrants(reader, principal.name, options);
  let done = 0;
  const evidence = await mapInTurns(needs, async (need): Promise<Evidence> => {
    throwIfCancelled(options.signal);
    const [listed, probe] = await Promise.all([
      listGrants(need.on),
      isOwn ? reader.probe(need, options) : undefined,
    ]);
    done += 1;
    options.onProgress?.({
      text: `Checked ${need.privilege} on ${describeSecurable(need.on)}`,
      fraction: done / needs.length,
    });
    return { need, probe, listed };
  });
  const findings = evidence.map((each): NeedFinding => {
    const mend = compileGrant(each.need, principal, dialect);
    return { need: each.need, ...judge(each, evidence, principal.name), mend };
  });
  return { asOf, account, checked: principal.name, findings, ...judgeExcess(check, evidence) };
}

function judge(each: Evidence, all: readonly Evidence[], name: string): Pick<NeedFinding, 'status' | 'note'> {
  const { need, probe, listed } = each;
  const through = findUse(need, all);
  if (through !== undefined) return { status: 'held', note: `A query on ${through} ran.` };
  if (probe !== undefined && probe.status !== 'unknown') return probe;
  if ('grants' in listed) {
    if (isGranted(need.privilege, listed.grants)) return { status: 'held', note: 'Among its grants.' };
    return {
      status: 'missing',
      note: `No grant to ${name} itself. Grants to its groups are not listed here.`,
    };
  }
  const tried = probe === undefined ? '' : `${probe.note} `;
  return { status: 'unknown', note: `${tried}${listed.reason}` };
}

/** The table within this catalog or schema that a query ran on: proof that the way to it is open. */
function findUse(need: Need, all: readonly Evidence[]): string | undefined {
  const { on, privilege } = need;
  if (!privilege.startsWith('USE ')) return undefined;
  for (const { need: other, probe } of all) {
    if (other.on.kind !== 'table' || probe?.status !== 'held') continue;
    const { path } = other.on;
    const within =
      (on.kind === 'catalog' && path.catalog === on.catalog) ||
      (on.kind === 'schema' && path.catalog === on.catalog && path.schema === on.schema);
    if (within) return formatTablePath(path);
  }
  return undefined;
}

function judgeExcess(
  { request, dialect }: PermissionCheck,
  evidence: readonly Evidence[],
): Pick<PermissionReport, 'excess' | 'excessNote'> {
  const { writable } = request;
  const isWritable = (on: Securable): boolean =>
    on.kind === 'schema' && on.catalog === writable?.catalog && on.schema === writable.schema;
  const read = evidence.filter(({ need }) => need.on.kind !== 'warehouse' && !isWritable(need.on));
  const unknown = read.flatMap(({ listed }) => ('reason' in listed ? [listed.reason] : []));
  const grants = read.flatMap(({ listed }) => ('grants' in listed ? listed.grants : []));
  const excess = findWrites(grants).map((grant): ExcessGrant => {
    const object = [grant.objectKind.toLowerCase(), grant.object].filter((each) => each !== '').join(' ');
    const message = `${grant.privilege.toUpperCase()} on ${object} lets ${request.principal.name} change what it should only read.`;
    return { grant, message, mend: compileRevoke(grant, dialect) };
  });
  const [reason] = unknown;
  if (reason === undefined) return { excess };
  return {
    ...(unknown.length === read.length ? {} : { excess }),
    excessNote: `Grants of ${unknown.length} of ${read.length} objects are not known. ${reason}`,
  };
}

/** Lists the grants on each object once, and stops asking a warehouse that does not know the statement. */
function rememberGrants(
  reader: PermissionReader,
  principal: string,
  options: ActOptions,
): (on: Securable) => Promise<Listed> {
  const known = new Map<string, Promise<Listed>>();
  let refusal: Listed | undefined;
  const ask = async (on: Securable): Promise<Listed> => {
    if (refusal !== undefined && on.kind !== 'warehouse') return refusal;
    try {
      return { grants: await reader.grants(principal, on, options) };
    } catch (error) {
      if (!(error instanceof AppError) || !UNLISTED.has(error.code)) throw error;
      if (on.kind === 'warehouse') return { reason: `${error.message} ${error.help}` };
      if (error.code === 'PERMISSION_DENIED') {
        return {
          reason: `The grants on ${describeSecurable(on)} are shown to its owner and to the principal itself only.`,
        };
      }
      if (error.code === 'TABLE_MISSING') return { reason: `${describeSecurable(on)} is not visible.` };
      refusal = { reason: 'This warehouse does not list grants.' };
      return refusal;
    }
  };
  return (on) => {
    const key = JSON.stringify(on);
    const listed = known.get(key) ?? ask(on);
    known.set(key, listed);
    return listed;
  };
}

/** Maps in order, a few at a time. */
async function mapInTurns<T, R>(items: readonly T[], map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(map))));
  }
  return results;
}
