import { BinaryReader, BinaryWriter, ThriftError } from './binary.ts';
import { type Codec, WIRE } from './codec.ts';

const VERSION = 0x80010000;
const CALL = 1;
const REPLY = 2;
const EXCEPTION = 3;

/** A call before its arguments are read. */
export interface CallEnvelope {
  readonly name: string;
  readonly sequence: number;
  readonly body: BinaryReader;
}

/** Reads the head of a call; throws `ThriftError` where the bytes are none. */
export function openCall(bytes: Buffer): CallEnvelope {
  const body = new BinaryReader(bytes);
  const head = body.i32() >>> 0;
  if (head >>> 16 !== VERSION >>> 16) throw new ThriftError('The body is no Thrift message.');
  return { name: body.string(), sequence: body.i32(), body };
}

/** Reads the one argument of a call: field 1 of a struct. */
export function readArgument<T>(body: BinaryReader, codec: Codec<T>): T {
  const [wire, id] = [body.byte(), body.i16()];
  if (wire !== WIRE.struct || id !== 1) throw new ThriftError('The call has no request.');
  const value = codec.read(body);
  body.byte();
  return value;
}

/** Writes a call with its one argument. */
export function writeCall<T>(name: string, codec: Codec<T>, request: T): Buffer {
  return writeMessage(CALL, name, 1, (writer) => {
    writeField(writer, 1, codec, request);
  });
}

/** Writes the answer to a call. */
export function writeReply<T>(name: string, sequence: number, codec: Codec<T>, response: T): Buffer {
  return writeMessage(REPLY, name, sequence, (writer) => {
    writeField(writer, 0, codec, response);
  });
}

/** Writes a Thrift exception as the answer to a call: the server failed, not the statement. */
export function writeException(name: string, sequence: number, message: string): Buffer {
  return writeMessage(EXCEPTION, name, sequence, (writer) => {
    writer.byte(WIRE.string);
    writer.i16(1);
    writer.string(message);
    writer.byte(WIRE.i32);
    writer.i16(2);
    writer.i32(6);
    writer.byte(WIRE.stop);
  });
}

/** Reads the answer to a call; throws `ThriftError` where the server answered an exception. */
export function readReply<T>(bytes: Buffer, codec: Codec<T>): T {
  const reader = new BinaryReader(bytes);
  const kind = reader.i32() & 0xff;
  const name = reader.string();
  reader.i32();
  const [wire, id] = [reader.byte(), reader.i16()];
  if (kind === EXCEPTION)
    throw new ThriftError(`${name}: ${wire === WIRE.string ? reader.string() : 'failed'}`);
  if (wire !== WIRE.struct || id !== 0) throw new ThriftError(`${name} was answered with nothing.`);
  return codec.read(reader);
}

function writeMessage(
  kind: number,
  name: string,
  sequence: number,
  body: (writer: BinaryWriter) => void,
): Buffer {
  const writer = new BinaryWriter();
  writer.i32(VERSION | kind | 0);
  writer.string(name);
  writer.i32(sequence);
  body(writer);
  return writer.finish();
}

function writeField<T>(writer: BinaryWriter, id: number, codec: Codec<T>, value: T): void {
  writer.byte(codec.wire);
  writer.i16(id);
  codec.write(writer, value);
  writer.byte(WIRE.stop);
}
