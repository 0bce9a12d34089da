/** Draws numbers below a limit, the same for the same seed (mulberry32). */
function drawFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Spoil = (reply: Buffer, draw: (below: number) => number) => Buffer;

const SPOILS: readonly Spoil[] = [
  // Cut off somewhere.
  (reply, draw) => reply.subarray(0, draw(reply.length)),
  // A few bytes changed: wrong types, wrong lengths, wrong numbers of fields.
  (reply, draw) => {
    const spoiled = Buffer.from(reply);
    for (let left = 1 + draw(8); left > 0; left -= 1) spoiled[draw(spoiled.length)] = draw(256);
    return spoiled;
  },
  // One field of another type: the body is read by a wrong plan from there on.
  (reply, draw) => {
    const spoiled = Buffer.from(reply);
    const types = [2, 3, 4, 6, 8, 10, 11, 12, 13, 15];
    const at = Math.min(spoiled.length - 1, 12 + draw(60));
    spoiled[at] = types[draw(types.length)] ?? 8;
    return spoiled;
  },
  // Bytes of no meaning.
  (_reply, draw) => Buffer.from(Array.from({ length: draw(400) }, () => draw(256))),
  // A page of a proxy.
  () => Buffer.from('<html><body>Sign in to continue</body></html>'),
  // An answer with more behind it.
  (reply, draw) => Buffer.concat([reply, Buffer.alloc(1 + draw(64), draw(256))]),
  // An empty struct: every field is missing.
  (reply) => {
    const head = 12 + reply.readInt32BE(4);
    return Buffer.concat([reply.subarray(0, head), Buffer.from([12, 0, 0, 0, 0])]);
  },
];

/** A broken form of a reply, decided by the seed alone. */
export function spoil(reply: Buffer, seed: number): Buffer {
  const draw = drawFrom(seed);
  draw(2);
  const way = SPOILS[draw(SPOILS.length)];
  return way === undefined ? reply : way(reply, draw);
}
