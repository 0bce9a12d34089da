import { type BinaryReader, type BinaryWriter, ThriftError } from './binary.ts';

/** Numbers of the types on the wire. */
export const WIRE = {
  stop: 0,
  bool: 2,
  byte: 3,
  double: 4,
  i16: 6,
  i32: 8,
  i64: 10,
  string: 11,
  struct: 12,
  map: 13,
  set: 14,
  list: 15,
} as const;

/** How one type is read from the wire and written to it. */
export interface Codec<T> {
  readonly wire: number;
  read(reader: BinaryReader): T;
  write(writer: BinaryWriter, value: T): void;
}

/** The value that a codec reads. */
export type ValueOf<C> = C extends Codec<infer T> ? T : never;

export const bool: Codec<boolean> = {
  wire: WIRE.bool,
  read: (reader) => reader.byte() !== 0,
  write: (writer, value) => {
    writer.byte(value ? 1 : 0);
  },
};

export const i16: Codec<number> = {
  wire: WIRE.i16,
  read: (reader) => reader.i16(),
  write: (writer, value) => {
    writer.i16(value);
  },
};

export const i32: Codec<number> = {
  wire: WIRE.i32,
  read: (reader) => reader.i32(),
  write: (writer, value) => {
    writer.i32(value);
  },
};

export const i64: Codec<bigint> = {
  wire: WIRE.i64,
  read: (reader) => reader.i64(),
  write: (writer, value) => {
    writer.i64(value);
  },
};

export const double: Codec<number> = {
  wire: WIRE.double,
  read: (reader) => reader.double(),
  write: (writer, value) => {
    writer.double(value);
  },
};

export const string: Codec<string> = {
  wire: WIRE.string,
  read: (reader) => reader.string(),
  write: (writer, value) => {
    writer.string(value);
  },
};

export const binary: Codec<Buffer> = {
  wire: WIRE.string,
  read: (reader) => reader.binary(),
  write: (writer, value) => {
    writer.binary(value);
  },
};

/** A list; throws `ThriftError` where the wire holds another type of element. */
export function list<T>(element: Codec<T>): Codec<T[]> {
  return {
    wire: WIRE.list,
    read: (reader) => {
      const size = readListSize(reader, element.wire);
      return Array.from({ length: size }, () => element.read(reader));
    },
    write: (writer, values) => {
      writer.byte(element.wire);
      writer.i32(values.length);
      for (const value of values) element.write(writer, value);
    },
  };
}

/** Reads the head of a list of one type of element; gives the number of elements. */
export function readListSize(reader: BinaryReader, wire: number): number {
  const found = reader.byte();
  const size = reader.i32();
  if (size < 0 || (size > 0 && found !== wire)) {
    throw new ThriftError(`A list of type ${wire} was expected, not one of type ${found} and size ${size}.`);
  }
  return size;
}

/** A map from text. */
export function map<T>(value: Codec<T>): Codec<Record<string, T>> {
  return {
    wire: WIRE.map,
    read: (reader) => {
      reader.take(2);
      const size = reader.i32();
      const entries: [string, T][] = [];
      for (let index = 0; index < size; index += 1) entries.push([reader.string(), value.read(reader)]);
      return Object.fromEntries(entries);
    },
    write: (writer, values) => {
      const entries = Object.entries(values);
      writer.byte(WIRE.string);
      writer.byte(value.wire);
      writer.i32(entries.length);
      for (const [key, each] of entries) {
        writer.string(key);
        value.write(writer, each);
      }
    },
  };
}

type Fields = Readonly<Record<string, readonly [id: number, codec: Codec<unknown>]>>;
type StructOf<F extends Fields> = { [K in keyof F]?: ValueOf<F[K][1]> | undefined };

/** A struct by the numbers of its fields. Every field may be missing; fields that are not named here are skipped. */
export function struct<const F extends Fields>(fields: F): Codec<StructOf<F>> {
  const entries = Object.entries(fields);
  const byId = new Map(entries.map(([name, [id, codec]]) => [id, { name, codec }]));
  return {
    wire: WIRE.struct,
    read: (reader) => {
      const found: Record<string, unknown> = {};
      for (;;) {
        const wire = reader.byte();
        if (wire === WIRE.stop) break;
        const field = byId.get(reader.i16());
        if (field?.codec.wire === wire) found[field.name] = field.codec.read(reader);
        else skip(reader, wire);
      }
      return found as StructOf<F>;
    },
    write: (writer, value) => {
      const values: Readonly<Record<string, unknown>> = value;
      for (const [id, { name, codec }] of byId) {
        const each = values[name];
        if (each === undefined) continue;
        writer.byte(codec.wire);
        writer.i16(id);
        codec.write(writer, each);
      }
      writer.byte(WIRE.stop);
    },
  };
}

const FIXED = new Map<number, number>([
  [WIRE.bool, 1],
  [WIRE.byte, 1],
  [WIRE.double, 8],
  [WIRE.i16, 2],
  [WIRE.i32, 4],
  [WIRE.i64, 8],
]);

function skip(reader: BinaryReader, wire: number): void {
  const fixed = FIXED.get(wire);
  if (fixed !== undefined) {
    reader.take(fixed);
    return;
  }
  switch (wire) {
    case WIRE.string:
      reader.binary();
      return;
    case WIRE.struct:
      for (let inner = reader.byte(); inner !== WIRE.stop; inner = reader.byte()) {
        reader.i16();
        skip(reader, inner);
      }
      return;
    case WIRE.map: {
      const [key, value] = [reader.byte(), reader.byte()];
      for (let left = reader.i32(); left > 0; left -= 1) {
        skip(reader, key);
        skip(reader, value);
      }
      return;
    }
    case WIRE.set:
    case WIRE.list: {
      const element = reader.byte();
      for (let left = reader.i32(); left > 0; left -= 1) skip(reader, element);
      return;
    }
    default:
      throw new ThriftError(`There is no type ${wire}.`);
  }
}
