import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { AppErrorShape } from '../domain/app-error.ts';
import { DefinitionId } from '../domain/rule.ts';

/** The most rows any reply holds. */
export const MOST_ROWS = 200;
/** The most sample members a preview shows. */
export const MOST_MEMBERS = 100;

/** All failures cross as one typed error whose data is the AppError's shape. */
export const base = oc.errors({ APP_ERROR: { data: AppErrorShape } });
/** What an act on a connection names. */
export const onConnection = z.object({ connectionId: DefinitionId });
/** No input, or no answer but that it is done. */
export const nothing = z.object({});

/** How far a long act is; the last event carries its result. */
const progress = z.object({
  kind: z.literal('progress'),
  text: z.string(),
  fraction: z.number().optional(),
  rows: z.number().optional(),
});
/** An act that tells how far it is. */
export const withProgress = <T extends z.ZodType>(result: T) =>
  eventIterator(z.discriminatedUnion('kind', [progress, z.object({ kind: z.literal('done'), result })]));

/** The steps of a test as they happen. */
export const TestEvent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('step'),
    id: z.string(),
    label: z.string(),
    status: z.enum(['running', 'passed']),
    detail: z.string().optional(),
  }),
  z.object({ kind: z.literal('done') }),
]);
export type TestEvent = z.infer<typeof TestEvent>;

/** The exact statement that runs, with its bound values apart. */
export const SqlView = z.object({
  text: z.string(),
  values: z.array(
    z.object({ name: z.string(), type: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) }),
  ),
});
export type SqlView = z.infer<typeof SqlView>;

/** Sample members: text cells ready to show, NULL as null. Personal columns are masked by the warehouse unless asked otherwise. */
export const Preview = z.object({
  columns: z.array(z.object({ name: z.string(), masked: z.boolean() })),
  rows: z.array(z.array(z.string().nullable())).max(MOST_MEMBERS),
  asOf: z.string(),
});
export type Preview = z.infer<typeof Preview>;
