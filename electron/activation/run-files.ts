import { createReadStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DeliveryFailure, type FileDelivery, type FilePlace } from '../destinations/destination.ts';
import { AppError, type AppErrorShape } from '../domain/app-error.ts';
import { type FileNameValues, nameFile } from '../domain/file-name.ts';
import type { Secrets } from '../domain/field-spec.ts';
import type { ActivationRun, RunPause, SentFile } from '../domain/run.ts';
import type { Store } from '../store/store.ts';
import type { ActOptions, ExportResult, OpenWarehouse } from '../warehouses/warehouse.ts';
import { deliverFiles, describeFiles, writeManifest } from './files/deliver-files.ts';
import { hashWhileWritten } from './files/hash-file.ts';
import { type FileOptions, isUnchanged, readFileOptions, readNaming } from './files/file-options.ts';
import { type Pace, pause, waitFor } from './pace.ts';
import type { RunPlan } from './run-plan.ts';

const CHUNK_BYTES = 1_048_576;

/** What a run to a place for files is carried out with. */
export interface FileRunContext {
  readonly store: Pick<Store, 'saveRun' | 'saveRunState' | 'appendEgress'>;
  readonly clock: () => string;
  readonly pace: Pace;
  readonly warehouse: OpenWarehouse;
  readonly delivery: FileDelivery;
  readonly secrets: Secrets;
  readonly run: ActivationRun;
  readonly plan: RunPlan;
  /** How columns were hashed, in words. */
  readonly recipes: readonly string[];
  /** An absolute folder for the file on its way to another computer; what a run leaves there goes when it ends. */
  readonly folder: string;
  /** Why a run of so many members must be asked for first. */
  readonly guard: (members: number) => RunPause | undefined;
  readonly options: ActOptions & { readonly signal: AbortSignal };
  readonly stopping: AbortSignal;
  readonly onRun: (run: ActivationRun) => void;
}

/**
 * Writes the files of a run to their place. Names follow from the run: resumed, it writes them anew over what is there.
 * @returns the run as it is then kept; a failed one can be resumed
 * @throws the signal's reason where the engine closes
 */
export async function runFiles(context: FileRunContext): Promise<ActivationRun> {
  const { options, stopping, pace } = context;
  const signal = AbortSignal.any([options.signal, stopping]);
  const keep = (changes: Partial<ActivationRun>): ActivationRun => {
    const run = { ...context.run, ...changes };
    context.store.saveRun(run);
    context.onRun(run);
    return run;
  };
  const end = (changes: Partial<ActivationRun>): ActivationRun =>
    keep({ endedAt: context.clock(), pause: undefined, ...changes });
  // The status first: a run that is `done` and has not ended could be neither resumed nor cancelled.
  const endForGood = (changes: Partial<ActivationRun>): ActivationRun => {
    const run = end({ error: undefined, ...changes });
    context.store.saveRunState(run.id, { ...context.plan, phase: 'done' });
    return run;
  };
  try {
    for (let failures = 1; ; failures += 1) {
      try {
        const done = await new FileRun(context, signal).write();
        if ('pause' in done) return keep({ status: 'paused', pause: done.pause });
        return endForGood({ ...done, status: 'succeeded' });
      } catch (error) {
        if (!(error instanceof DeliveryFailure)) throw error;
        const isFinal = error.kind === 'stop' || error.kind === 'reject' || failures >= pace.attempts;
        if (isFinal) return end({ status: 'failed', error: error.error });
        await pause(waitFor(pace, failures, error.afterMs), signal);
      }
    }
  } catch (error) {
    options.signal.throwIfAborted();
    if (stopping.aborted) return endForGood({ status: 'cancelled' });
    return end({ status: 'failed', error: shapeOf(error) });
  }
}

type Written = Pick<ActivationRun, 'files' | 'counts' | 'statementId'>;

/** One try of writing all files of a run. */
class FileRun {
  readonly #context: FileRunContext;
  readonly #signal: AbortSignal;
  readonly #options: FileOptions;
  readonly #names: FileNameValues;

  constructor(context: FileRunContext, signal: AbortSignal) {
    this.#context = context;
    this.#signal = signal;
    this.#options = readFileOptions(context.plan.target);
    const { id, activationName, audienceName, startedAt } = context.run;
    this.#names = { activation: activationName, audience: audienceName, run: id, at: startedAt };
  }

  async write(): Promise<Written | { readonly pause: RunPause }> {
    const { delivery, secrets, plan } = this.#context;
    const { settings, target } = plan;
    const place = await delivery.open({ settings, secrets, target, signal: this.#signal });
    try {
      const name = nameFile(readNaming(this.#options), this.#names, 1);
      const path = isUnchanged(this.#options) ? place.localPath?.(name) : undefined;
      return path === undefined ? await this.#deliver(place) : await this.#writeInPlace(place, name, path);
    } finally {
      await place.close();
    }
  }

  /** The warehouse writes the file beside its place, under a name that only this run has. */
  async #writeInPlace(
    place: FilePlace,
    name: string,
    path: string,
  ): Promise<Written | { readonly pause: RunPause }> {
    const part = join(
      dirname(path),
      `.${basename(path).slice(0, 80)}.${this.#context.run.id.slice(0, 12)}.part`,
    );
    try {
      await rm(part, { force: true });
      const hashed = await hashWhileWritten(part, () => this.#export(part), this.#signal);
      const { written: exported, sha256, bytes } = hashed;
      const refused = this.#context.guard(exported.rows);
      if (refused !== undefined) return { pause: refused };
      this.#leave('file-begun', { name, rows: exported.rows, bytes, sha256: '' }, exported);
      await rename(part, path);
      const file = { name, rows: exported.rows, bytes, sha256 };
      this.#leave('file', file, exported);
      const columns = this.#context.run.columns;
      const manifest = describeFiles(this.#names, columns, [file]);
      if (this.#options.manifest)
        await writeManifest(place, manifest, this.#options, this.#names, this.#signal);
      return written([file], exported);
    } finally {
      await rm(part, { force: true });
    }
  }

  /** The warehouse writes the file here first; then it is brought to its place. */
  async #deliver(place: FilePlace): Promise<Written | { readonly pause: RunPause }> {
    const { folder, run, options } = this.#context;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, run.id);
    try {
      await rm(path, { force: true });
      const exported = await this.#export(path);
      const refused = this.#context.guard(exported.rows);
      if (refused !== undefined) return { pause: refused };
      const first = nameFile(readNaming(this.#options), this.#names, 1);
      this.#leave(
        'file-begun',
        { name: first, rows: exported.rows, bytes: exported.bytes, sha256: '' },
        exported,
      );
      const manifest = await deliverFiles({
        place,
        source: readChunks(path, this.#signal),
        options: this.#options,
        names: this.#names,
        rows: exported.rows,
        columns: run.columns,
        signal: this.#signal,
        onFile: (file) => this.#leave('file', file, exported),
        onRows: (rows) => options.onProgress?.({ text: 'Writing the file to its place', rows }),
      });
      return written(manifest.files, exported);
    } finally {
      await rm(path, { force: true });
    }
  }

  async #export(path: string): Promise<ExportResult> {
    const { warehouse, plan, run, options } = this.#context;
    const tags = { run: run.id, activation: run.activationId };
    return warehouse.exportFile(plan.query, path, this.#options.format, {
      ...options,
      signal: this.#signal,
      tags,
    });
  }

  #leave(what: 'file-begun' | 'file', file: SentFile, { statementId }: ExportResult): void {
    const { store, clock, run, recipes } = this.#context;
    store.appendEgress({
      at: clock(),
      who: run.startedBy,
      runId: run.id,
      what,
      part: file.name,
      destination: `${run.destinationLabel} (${run.destinationKind})`,
      columns: [...run.columns],
      recipes: [...recipes],
      rows: file.rows,
      bytes: file.bytes,
      digest: file.sha256,
      ...(statementId === undefined ? {} : { statementId }),
    });
  }
}

function written(files: readonly SentFile[], { rows, statementId }: ExportResult): Written {
  const counts = {
    members: rows,
    adds: rows,
    removes: 0,
    unchanged: 0,
    taken: rows,
    rejected: 0,
    unknown: 0,
  };
  return { files: [...files], counts, ...(statementId === undefined ? {} : { statementId }) };
}

/** Chunks in memory of their own: they are kept past the next one. */
async function* readChunks(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES, signal })) {
    if (chunk instanceof Uint8Array) yield chunk;
  }
}

function shapeOf(error: unknown): AppErrorShape {
  if (error instanceof AppError) return error.toShape();
  throw error;
}
