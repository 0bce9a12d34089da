import { randomInt } from 'node:crypto';

/** Tables that grow on their own, so that none takes more than about a millisecond to: by the upper bits of a hash. */
const SHARDS = 256;
const SHARD_SHIFT = 24;
const SMALLEST = 16;
const EMPTY = 0;
const DELETED = 0xffff_ffff;

/**
 * Finds the row of an id by its hash, 11 to 21 bytes for each. Ids themselves are not kept: two may share a hash, so whoever looks one up
 * compares it with the id in the row, and goes on to the next. Rows are from 1 on.
 *
 * At a million customers, lookups and fills by an index of SQLite took longer.
 */
export class IdRows {
  /** Another one each time, so that nobody can choose ids that share a hash. */
  readonly #seed = randomInt(2 ** 32);
  /** Hash and row by turns. */
  readonly #shards = Array.from({ length: SHARDS }, () => new Uint32Array(SMALLEST * 2));
  /** Places that were ever taken, by shard. */
  readonly #taken = new Uint32Array(SHARDS);

  hash(id: string): number {
    // Two states: where one state of 32 bits meets for two beginnings, all ids that go on alike after them would share a hash.
    let first = this.#seed;
    let second = ~this.#seed;
    for (let at = 0; at < id.length; at += 1) {
      const unit = id.charCodeAt(at);
      first = Math.imul(first ^ unit, 0x9e37_79b1);
      first ^= first >>> 15;
      second = Math.imul(second ^ unit, 0x85eb_ca77);
      second ^= second >>> 13;
    }
    let hash = first ^ Math.imul(second, 0x27d4_eb2f);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  /** The row of the id with this hash that was added as the `nth`, from 0 on; 0 where there is none. */
  row(hash: number, nth: number): number {
    const shard = this.#shardOf(hash);
    const last = shard.length / 2 - 1;
    let left = nth;
    for (let place = hash & last; ; place = (place + 1) & last) {
      const row = shard[place * 2 + 1] ?? EMPTY;
      if (row === EMPTY) return 0;
      if (row === DELETED || shard[place * 2] !== hash) continue;
      if (left === 0) return row;
      left -= 1;
    }
  }

  add(hash: number, row: number): void {
    const at = hash >>> SHARD_SHIFT;
    const taken = (this.#taken[at] ?? 0) + 1;
    if (taken * 8 > this.#shardOf(hash).length * 3) this.#rebuild(at);
    put(this.#shardOf(hash), hash, row);
    this.#taken[at] = (this.#taken[at] ?? 0) + 1;
  }

  delete(hash: number, row: number): void {
    const shard = this.#shardOf(hash);
    const last = shard.length / 2 - 1;
    for (let place = hash & last; shard[place * 2 + 1] !== EMPTY; place = (place + 1) & last) {
      if (shard[place * 2] !== hash || shard[place * 2 + 1] !== row) continue;
      shard[place * 2 + 1] = DELETED;
      return;
    }
  }

  /** Gives up all that is held. */
  clear(): void {
    this.#shards.fill(new Uint32Array(2));
  }

  #shardOf(hash: number): Uint32Array {
    return this.#shards[hash >>> SHARD_SHIFT] ?? new Uint32Array(2);
  }

  /** Lays a shard out anew, without what was deleted, and so large that it is less than half full. */
  #rebuild(at: number): void {
    const before = this.#shards[at] ?? new Uint32Array(2);
    const isHeld = (row: number | undefined): row is number =>
      row !== undefined && row !== EMPTY && row !== DELETED;
    let held = 0;
    for (let place = 1; place < before.length; place += 2) if (isHeld(before[place])) held += 1;
    let places = SMALLEST;
    while (places < (held + 1) * 2) places *= 2;
    const after = new Uint32Array(places * 2);
    for (let place = 0; place < before.length; place += 2) {
      const row = before[place + 1];
      if (isHeld(row)) put(after, before[place] ?? 0, row);
    }
    this.#shards[at] = after;
    this.#taken[at] = held;
  }
}

function put(shard: Uint32Array, hash: number, row: number): void {
  const last = shard.length / 2 - 1;
  let place = hash & last;
  while (shard[place * 2 + 1] !== EMPTY) place = (place + 1) & last;
  shard[place * 2] = hash;
  shard[place * 2 + 1] = row;
}
