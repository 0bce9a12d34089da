import {
  Binary,
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Field,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  List,
  Map_,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import type { SparkType } from './spark-type.ts';

/** The Arrow type that Databricks sends a Spark type as; instants carry the session's time zone. */
export function arrowTypeOf(type: SparkType, timeZone: string): DataType {
  switch (type.kind) {
    case 'boolean':
      return new Bool();
    case 'tinyint':
      return new Int8();
    case 'smallint':
      return new Int16();
    case 'int':
      return new Int32();
    case 'bigint':
      return new Int64();
    case 'float':
      return new Float32();
    case 'double':
      return new Float64();
    case 'decimal':
      return new Decimal(type.scale, type.precision, 128);
    case 'binary':
      return new Binary();
    case 'date':
      return new DateDay();
    case 'timestamp':
      return new TimestampMicrosecond(timeZone);
    case 'timestamp_ntz':
      return new TimestampMicrosecond();
    case 'string':
    case 'variant':
    case 'void':
    case 'text':
      return new Utf8();
    // The names of inner fields are those of Spark's own Arrow writer; the driver looks values up by them.
    case 'array':
      return new List(new Field('element', arrowTypeOf(type.element, timeZone), true));
    case 'map': {
      const entries = new Struct<{ key: DataType; value: DataType }>([
        new Field('key', arrowTypeOf(type.key, timeZone), false),
        new Field('value', arrowTypeOf(type.value, timeZone), true),
      ]);
      return new Map_(new Field('entries', entries, false));
    }
    case 'struct':
      return new Struct(
        type.fields.map((field) => new Field(field.name, arrowTypeOf(field.type, timeZone), true)),
      );
  }
}
