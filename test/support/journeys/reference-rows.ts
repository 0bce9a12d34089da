import type { Channel } from '../../../electron/domain/destination.ts';
import type { Instant } from '../../../electron/domain/duration.ts';
import type { EndReason, LogKind, NotSentReason } from '../../../electron/domain/tick.ts';

/** A customer's last entry, by the names of the columns. */
export interface StateRow {
  readonly customer_id: string;
  readonly entry: number;
  readonly version: number;
  readonly step: string;
  readonly since: Instant | null;
  readonly due_at: Instant | null;
  readonly entered_at: Instant;
  readonly goal_at: Instant | null;
  readonly ended_at: Instant | null;
  readonly ended_why: EndReason | null;
  readonly tick: number;
}

/** One thing that happened. `place` counts the things of an entry at a tick from 0. */
export interface LogRow {
  readonly tick: number;
  readonly occurred_at: Instant;
  readonly customer_id: string;
  readonly entry: number;
  readonly place: number;
  readonly kind: LogKind;
  readonly version: number;
  readonly step: string;
  readonly way: string | null;
  readonly next_step: string | null;
  readonly reason: EndReason | NotSentReason | null;
}

export interface SendRow {
  readonly journey: string;
  readonly tick: number;
  readonly sent_at: Instant;
  readonly customer_id: string;
  readonly entry: number;
  readonly version: number;
  readonly step: string;
  readonly channel: Channel;
}

export interface TickRow {
  readonly journey: string;
  readonly tick: number;
  readonly ticked_at: Instant;
}

/** What the tables of a journey hold, and those of all journeys. */
export interface ReferenceTables {
  readonly state: readonly StateRow[];
  readonly log: readonly LogRow[];
  readonly sends: readonly SendRow[];
  readonly ticks: readonly TickRow[];
}
