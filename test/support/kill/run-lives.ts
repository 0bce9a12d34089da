import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { VendorRequest, VendorServer } from '../vendors/vendor-server.ts';
import { type ChildSetup, ChildMessage, type KillPlan } from './protocol.ts';
import type { Random } from './random.ts';

/** Kills of one run at most: then it may end. */
const MOST_KILLS = 20;

/** Where one life of the engine ends: by itself at a write, by a request at the vendor, or after a while; never where it may end its run. */
type Death =
  | { readonly by: 'self'; readonly plan: KillPlan }
  | { readonly by: 'request'; readonly number: number; readonly fate: 'lost' | 'unanswered' | 'answered' }
  | { readonly by: 'time'; readonly part: number }
  | undefined;

/** What runs are killed with. */
export interface Lives {
  /** The program of the child. */
  readonly child: string;
  readonly setup: Omit<ChildSetup, 'plan' | 'runsBefore'>;
  readonly random: Random;
  /** The emulator, where the destination has one: deaths are then also counted by its requests. */
  readonly vendor: VendorServer | undefined;
  /** Told of each request as it arrives. */
  readonly onRequest: (request: VendorRequest) => void;
  /** Told between two lives, while nothing runs. */
  readonly onDeath: () => void;
}

/** How a run went: its end, and where it was killed. */
export interface LivedRun {
  readonly id: string;
  readonly status: string;
  readonly deaths: readonly string[];
}

/** Carries out one run over as many lives as it takes, `kills` deaths at the most. */
export async function liveThrough(lives: Lives, runsBefore: number, kills: number): Promise<LivedRun> {
  const deaths: string[] = [];
  for (;;) {
    const death = deaths.length < Math.min(kills, MOST_KILLS) ? drawDeath(lives) : undefined;
    const end = await live(lives, runsBefore, death);
    lives.vendor?.heal();
    if (end.kind === 'ended') {
      if (end.status === 'failed') throw new Error(`The run failed after ${deaths.join('; ')}: ${end.error}`);
      return { id: end.run, status: end.status, deaths };
    }
    deaths.push(JSON.stringify(death));
    lives.onDeath();
  }
}

function drawDeath({ random, vendor }: Lives): Death {
  const self = (at: KillPlan['at'], most: number): Death => ({
    by: 'self',
    plan: { at, number: random.upTo(most), when: random.pick(['before', 'after']) },
  });
  const chance = random.next();
  if (vendor === undefined) {
    if (chance < 0.15) return self('end', 4);
    return chance < 0.5 ? self('store', 16) : { by: 'time', part: random.next() };
  }
  if (chance < 0.35) {
    const fates = ['lost', 'unanswered', 'answered'] as const;
    return { by: 'request', number: random.upTo(4), fate: random.pick(fates) };
  }
  if (chance < 0.55) return self('store', 16);
  if (chance < 0.7) return self('statement', 10);
  if (chance < 0.85) return self('end', 14);
  return { by: 'time', part: random.next() };
}

/** How long runs take from their begin, in milliseconds: learnt from lives that ended, so that times fall into them. */
let usualLife = 300;

async function live(
  { child: program, setup, vendor, onRequest }: Lives,
  runsBefore: number,
  death: Death,
): Promise<{ readonly kind: 'killed' } | (ChildMessage & { readonly kind: 'ended' })> {
  const plan = death?.by === 'self' ? { plan: death.plan } : {};
  const child = fork(program, [JSON.stringify({ ...setup, runsBefore, ...plan })], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (text: Buffer) => {
    said += text.toString();
  });
  let end: (ChildMessage & { readonly kind: 'ended' }) | undefined;
  let begunAt = 0;
  child.on('message', (value) => {
    const message = ChildMessage.parse(value);
    if (message.kind === 'ended') {
      end = message;
      usualLife = (usualLife + performance.now() - begunAt) / 2;
      return;
    }
    begunAt = performance.now();
    if (death?.by === 'time') setTimeout(() => child.kill('SIGKILL'), death.part * usualLife);
  });
  // The end of the process may be seen before its last words: those are all there once the channel is closed.
  const over = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  if (vendor !== undefined) watchRequests(vendor, child, onRequest, death);
  await over;
  if (end !== undefined) return end;
  if (child.signalCode === 'SIGKILL') return { kind: 'killed' };
  throw new Error(`The engine ended by itself (${child.exitCode}): ${said}`);
}

/** Sees each request as it arrives, whole and not answered; at the planned one the engine dies. */
function watchRequests(
  vendor: VendorServer,
  child: ChildProcess,
  onRequest: (request: VendorRequest) => void,
  death: Death,
): void {
  let arrived = 0;
  const strikes = (fate: string): boolean =>
    death?.by === 'request' && death.fate === fate && arrived === death.number;
  vendor.fail({
    kind: 'cutBeforeAccept',
    times: Number.POSITIVE_INFINITY,
    on: (request) => {
      arrived += 1;
      const isLost = strikes('lost');
      if (isLost) child.kill('SIGKILL');
      else onRequest(request);
      return isLost;
    },
  });
  vendor.fail({
    kind: 'timeoutAfterAccept',
    times: Number.POSITIVE_INFINITY,
    on: () => {
      const isUnanswered = strikes('unanswered');
      if (isUnanswered) child.kill('SIGKILL');
      // The answer gets to the engine, or nearly.
      else if (strikes('answered')) setTimeout(() => child.kill('SIGKILL'), arrived % 6);
      return isUnanswered;
    },
  });
}
