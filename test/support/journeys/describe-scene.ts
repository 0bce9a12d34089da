import type { JourneyVersion, Step } from '../../../electron/domain/journey.ts';
import type { World } from '../oracle/evaluate.ts';
import type { Cell, Row } from '../oracle/values.ts';
import type { Act } from './journey-arbitrary.ts';

/** A scene as people read it: what each act has that the one before it had not. */
export function describeScene(acts: readonly Act[]): string {
  const said = new Set<string>();
  const lines = acts.flatMap((act) => [
    `${act.kind} ${act.number} of ${act.journey} at ${act.at}, audiences as of ${act.world.asOf}`,
    ...act.versions.flatMap((version) => newLines(said, `${act.journey} `, describeVersion(version))),
    ...newLines(said, '', describeAudiences(act.world)),
    ...describeRows(act.world),
  ]);
  return `\n${lines.join('\n')}\n`;
}

function newLines(said: Set<string>, key: string, lines: readonly string[]): string[] {
  const whole = `${key}${lines.join('\n')}`;
  if (said.has(whole)) return [];
  said.add(whole);
  return [...lines];
}

function describeVersion({ number, inside, definition }: JourneyVersion): string[] {
  const { steps, ...rules } = definition;
  return [
    `  version ${number}, ${inside}: ${JSON.stringify(rules)}`,
    ...steps.map((step) => `    ${describeStep(step)}`),
  ];
}

function describeStep(step: Step): string {
  if (step.kind !== 'activate') return JSON.stringify(step);
  const { activation, ...rest } = step;
  return JSON.stringify({ ...rest, destination: activation?.destination, consent: activation?.consent });
}

function describeAudiences({ audiences }: World): string[] {
  return audiences.map(({ id, rule }) => `  ${id}: ${JSON.stringify(rule)}`);
}

function describeRows({ rows }: World): string[] {
  return Object.entries(rows).flatMap(([table, each]) =>
    each.map((row) => `  ${table}: ${describeRow(row)}`),
  );
}

function describeRow(row: Row): string {
  return Object.entries(row)
    .map(([column, cell]) => `${column}=${describeCell(cell)}`)
    .join(' ');
}

function describeCell(cell: Cell): string {
  if (cell === null) return 'NULL';
  if (cell.kind === 'text') return JSON.stringify(cell.text);
  if (cell.kind === 'timestamp') return new Date(cell.at).toISOString();
  if (cell.kind === 'date') return cell.day;
  return cell.kind === 'boolean' ? String(cell.truth) : cell.kind;
}
