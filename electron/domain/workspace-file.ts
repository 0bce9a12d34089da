import {
  Document,
  type LineCounter as Lines,
  LineCounter,
  isMap,
  isNode,
  isSeq,
  parseDocument,
  visit,
} from 'yaml';
import type { z } from 'zod';
import { AppError } from './app-error.ts';
import { checkWorkspace } from './check-workspace.ts';
import { type Problem, errorAt, hasErrors } from './problem.ts';
import { Workspace } from './workspace.ts';

type Path = readonly (string | number)[];

/** A workspace file as read: the workspace where it can be used, and every problem with its line and path. */
export interface WorkspaceFile {
  readonly workspace: Workspace | undefined;
  readonly problems: readonly Problem[];
}

/** Checks that know more than the domain does, such as which kinds of connections there are. */
export type FurtherCheck = (workspace: Workspace) => readonly Problem[];

/**
 * Reads a workspace file (YAML, of which JSON is a part). Every problem's `where` begins with its place in the file, such as
 * `line 14:9, models[0].audiences[2].name`. `workspace` is absent where the file does not fit the schema.
 */
export function readWorkspaceFile(text: string, furtherCheck: FurtherCheck = () => []): WorkspaceFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    return { workspace: undefined, problems: document.errors.map((each) => syntaxProblem(each, lines)) };
  }
  const content = readContent(document);
  if (content.problem !== undefined) return { workspace: undefined, problems: [content.problem] };
  const parsed = Workspace.safeParse(content.value);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => schemaProblems(issue, document, lines));
    return { workspace: undefined, problems };
  }
  const problems = [...checkWorkspace(parsed.data), ...furtherCheck(parsed.data)].map((problem) => ({
    ...problem,
    where: place(document, lines, readPath(problem.where)),
  }));
  return { workspace: parsed.data, problems };
}

/**
 * The workspace of a file without errors.
 * @throws AppError WORKSPACE_INVALID naming line and path of the first error, and how many there are.
 */
export function requireWorkspace(file: WorkspaceFile): Workspace {
  if (file.workspace !== undefined && !hasErrors(file.problems)) return file.workspace;
  const errors = file.problems.filter((problem) => problem.severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  throw new AppError({
    code: 'WORKSPACE_INVALID',
    message: `${first?.where ?? 'line 1:1'}: ${first?.message ?? 'This is not a workspace.'}${more}`,
    help: first?.help ?? 'Correct the file, then try again.',
    retry: 'after-fix',
    ...(first === undefined ? {} : { where: first.where }),
    details: { problems: errors.length },
  });
}

/** The widest definition that is written on one line, in characters. */
const ONE_LINE = 100;

/** The workspace as YAML that people read: small definitions on one line, long text unbroken. Reading it gives the same workspace. */
export function writeWorkspaceFile(workspace: Workspace): string {
  const document = new Document(workspace, { aliasDuplicateObjects: false });
  visit(document, {
    Collection: (key, node) => {
      const isList = isSeq(node) && node.items.length > 0;
      if (key === null || isList || JSON.stringify(node.toJSON()).length > ONE_LINE) return undefined;
      node.flow = true;
      return visit.SKIP;
    },
  });
  return document.toString({ lineWidth: 0, singleQuote: true });
}

function readContent(document: Document.Parsed): { value?: unknown; problem?: Problem } {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch {
    // The only refusal left after parsing: aliases that unfold without end, or that name nothing.
    const help = 'Write the definitions out instead of repeating them by alias.';
    return { problem: errorAt('line 1:1', 'The aliases of the file cannot be followed.', help) };
  }
}

function syntaxProblem(cause: { message: string; pos: [number, number] }, lines: Lines): Problem {
  return errorAt(
    position(lines, cause.pos[0]),
    `This is not YAML: ${cause.message}`,
    'Correct the line, then try again.',
  );
}

function schemaProblems(issue: z.core.$ZodIssue, document: Document.Parsed, lines: Lines): Problem[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      errorAt(
        place(document, lines, [...path, key]),
        `“${key}” is not known here.`,
        'Check its spelling and its indentation, or remove it.',
      ),
    );
  }
  const missing = issue.code === 'invalid_type' && document.getIn(path, true) === undefined;
  const message = missing ? `“${String(path.at(-1) ?? 'workspace')}” is missing.` : describeIssue(issue);
  return [
    errorAt(place(document, lines, path), message, 'See examples/workspace.schema.json for what fits here.'),
  ];
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const expected =
    issue.code === 'invalid_union'
      ? issue.errors.flatMap((branch) =>
          branch.flatMap((each) => (each.code === 'invalid_type' ? [each.expected] : [])),
        )
      : [];
  if (expected.length > 0) return `Expected ${[...new Set(expected)].join(' or ')}.`;
  const message = issue.message.replace(/^Invalid input: e|^Invalid discriminator value. E/, 'E');
  return message.endsWith('.') ? message : `${message}.`;
}

/** `line 14:9, models[0].audiences[2]`: the place of the path, or of its nearest parent that is in the file. */
function place(document: Document.Parsed, lines: Lines, path: Path): string {
  return [position(lines, offsetOf(document, path)), writePath(path)]
    .filter((text) => text !== '')
    .join(', ');
}

function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const step = path[length - 1];
    const key = isMap(parent)
      ? parent.items.find((pair) => isNode(pair.key) && String(pair.key) === String(step))?.key
      : undefined;
    const node = key ?? document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range[0] ?? 0;
}

function position(lines: Lines, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `line ${Math.max(line, 1)}:${Math.max(col, 1)}`;
}

function writePath(path: Path): string {
  return path
    .map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`))
    .join('');
}

/** The steps of a problem's path: `models[0].entities[1].key`. */
function readPath(where: string): Path {
  return [...where.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map((step) =>
    step[1] === undefined ? step[0] : Number(step[1]),
  );
}
