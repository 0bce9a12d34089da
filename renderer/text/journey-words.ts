import { describeDuration, type Duration } from '../../electron/domain/duration.ts';
import type { InsideChoice, JourneyStatus, Step, StepKind } from '../../electron/domain/journey.ts';
import { HELD_OUT, waysOf } from '../../electron/domain/journey-ways.ts';
import type { EndReason, LogKind, NotSentReason, Tick } from '../../electron/domain/tick.ts';
import type { RunStatusText } from './run-status.ts';

/** A kind of step by its name, with what it does in one line. */
export type StepKindText = { readonly label: string; readonly hint: string };

const KINDS: Readonly<Record<StepKind, StepKindText>> = {
  entry: { label: 'Entry', hint: 'Whom the journey is for.' },
  'audience-split': { label: 'Audience split', hint: 'Customers go by the audiences they are members of.' },
  'random-split': { label: 'Random split', hint: 'Customers go by chance, evenly or by weights.' },
  wait: { label: 'Wait', hint: 'Customers stay for a time, or until a date.' },
  'wait-until': { label: 'Wait until', hint: 'Customers stay until something is met, with a time limit.' },
  activate: { label: 'Activate', hint: 'Customers are sent to a destination and go on.' },
  exit: { label: 'Exit', hint: 'The journey ends here.' },
};

/** A kind of step by its name, with what it does. */
export function describeStepKind(kind: StepKind): StepKindText {
  return KINDS[kind];
}

const STATUSES: Readonly<Record<JourneyStatus, RunStatusText>> = {
  draft: { label: 'Draft', tone: 'neutral' },
  live: { label: 'Live', tone: 'success' },
  paused: { label: 'Paused', tone: 'warning' },
  stopped: { label: 'Stopped', tone: 'neutral' },
};

/** The words and the colour of a journey's status. */
export function describeJourneyStatus(status: JourneyStatus): RunStatusText {
  return STATUSES[status];
}

const TICK_STATUSES: Readonly<Record<Tick['status'], RunStatusText>> = {
  running: { label: 'Running', tone: 'accent' },
  waiting: { label: 'Waits for a run', tone: 'warning' },
  interrupted: { label: 'Interrupted', tone: 'warning' },
  failed: { label: 'Failed', tone: 'danger' },
  done: { label: 'Done', tone: 'success' },
};

/** The words and the colour of a tick's status. */
export function describeTickStatus(status: Tick['status']): RunStatusText {
  return TICK_STATUSES[status];
}

const PHASES: Readonly<Record<Tick['phase'], string>> = {
  moving: 'Finds out who moves',
  keeping: 'Keeps who moved, and what is to be sent',
  sending: 'Sends',
  done: 'Done',
};

/** What a tick is doing. */
export function describePhase(phase: Tick['phase']): string {
  return PHASES[phase];
}

const NOT_SENT: Readonly<Record<NotSentReason, string>> = {
  'held-out': 'held out',
  suppressed: 'suppressed',
  'no-consent': 'no consent',
  capped: 'frequency cap reached',
  priority: 'lost by priority',
  rejected: 'rejected by the destination',
};

const ENDS: Readonly<Record<EndReason, string>> = {
  end: 'came to the end',
  'held-out': 'held out',
  exit: 'met an exit rule',
  goal: 'reached the goal',
  gone: 'is no customer any more',
  'new-version': 'a new version was published',
  'step-removed': 'the new version has no such step',
  stopped: 'the journey was stopped',
};

const LOG_KINDS: Readonly<Record<LogKind, string>> = {
  entered: 'Entered',
  passed: 'Went on',
  sent: 'Sent',
  'not-sent': 'Not sent',
  goal: 'Reached the goal',
  left: 'Left',
};

/** What happened at a step. */
export function describeLogKind(kind: LogKind): string {
  return LOG_KINDS[kind];
}

function lookUp(words: Readonly<Record<string, string>>, key: string): string {
  return Object.hasOwn(words, key) ? (words[key] ?? key) : key;
}

/** Why something was not sent: `frequency cap reached`. A reason of a newer version is shown as it is. */
export function describeNotSent(reason: string): string {
  return lookUp(NOT_SENT, reason);
}

/** Why an entry ended: `met an exit rule`. A reason of a newer version is shown as it is. */
export function describeEnd(reason: string): string {
  return lookUp(ENDS, reason);
}

/** What happens to customers inside when a version is published, in a sentence. */
export function describeInside(inside: InsideChoice): { readonly label: string; readonly hint: string } {
  switch (inside) {
    case 'keep':
      return {
        label: 'Keep to their version',
        hint: 'They go through the version they are in to its end. Only who enters from now on gets the new one.',
      };
    case 'move':
      return {
        label: 'Move to the new version',
        hint: 'At the next tick they stand at the same wait of the new version, with the time they arrived and the time limit they had. Who stands at a step that is no wait there leaves.',
      };
    case 'leave':
      return {
        label: 'Leave',
        hint: 'They leave at the next tick and are sent nothing more. They enter again where the rules allow it.',
      };
  }
}

/** The name of a step: its own, or that of its kind. */
export function nameStep(step: Pick<Step, 'kind' | 'name'>): string {
  return step.name ?? describeStepKind(step.kind).label;
}

/** The name of a way as people read it: `Emailable`, `Others`; `Next` where a step has only one. */
export function nameWay(step: Step | undefined, key: string): string {
  if (key === HELD_OUT) return 'Held out';
  const name = step === undefined ? undefined : waysOf(step).find((way) => way.key === key)?.name;
  if (name !== undefined) return name === '' ? 'Next' : name;
  return key.replace(/^b-/, '');
}

/** A day of an instant in UTC: `1 Nov 2026`. */
export function formatDay(instant: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(instant));
}

/** What a wait waits for: `7 days`, `Until 1 Nov 2026`. */
export function describeWait(wait: { readonly for: Duration } | { readonly until: string }): string {
  return 'for' in wait ? describeDuration(wait.for) : `Until ${formatDay(wait.until)}`;
}
