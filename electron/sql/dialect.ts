import type { ColumnType } from '../domain/column-type.ts';
import type { BindType } from './compiled-query.ts';

/** What differs between engines, stated as data; the printer reads it. A new dialect is readable in a minute. */
export interface Dialect {
  readonly name: string;
  /** The character around identifiers; within one it is doubled. */
  readonly identifierQuote: '"' | '`';
  /** Text before the name of a bound value: `$p1`, `:p1`. */
  readonly parameterPrefix: '$' | ':';
  /** Catalogs that the engine knows by another name (DuckDB reserves `main`). */
  readonly catalogAliases: Readonly<Record<string, string>>;
  /** The engine's spelling of a type to cast a bound value or a key to. */
  readonly castTypes: Readonly<Record<Exclude<BindType, 'decimal'>, string>>;
  /** A cast that gives NULL where it cannot be done. */
  readonly tryCast: string;
  /** True where `count(*) FILTER (WHERE …)` is understood. */
  readonly aggregateFilter: boolean;
  /**
   * True where what every member passes leaves out customers and rows before they are grouped: on Spark that spares rows of the shuffle, and its
   * semi-joins keep what is known of the size of the customers' table (`npm run bench -- audience-spark`). On DuckDB it spares about a seventh of an
   * audience of eight conditions, but the counts of the same conditions need every customer, and are promised within 1.1 of that audience.
   */
  readonly narrowsCustomers: boolean;
  /** Lists of texts: the type, a list of expressions, and the element at a place counted from 0 of a column. */
  readonly lists: {
    readonly type: string;
    readonly of: (texts: readonly string[]) => string;
    readonly element: (list: string, at: number) => string;
  };
  /** A number that is unique for each row of a CREATE TABLE … AS and rises in the order of the rows. */
  readonly rowNumber: string;
  /** True where a table that is read without sorting gives its rows in the order in which one statement wrote them. */
  readonly keepsOrder: boolean;
  /** What follows the columns of CREATE TABLE where a table whose rows can be deleted has to be asked for. */
  readonly tableFormat: string;
  /**
   * Types of columns whose rows live for one act, told not to be packed where an engine would spend more time on that than on writing: a text,
   * a text of which a table has few, and a list of texts.
   */
  readonly passingTypes: { readonly text: string; readonly repeated: string; readonly list: string };
  /** Hashes of a text, as lower-case hex digits. */
  readonly hashes: {
    readonly sha256: (text: string) => string;
    /** Absent where the engine has none. */
    readonly sha1?: (text: string) => string;
    readonly md5: (text: string) => string;
  };
  /**
   * A quick hash of some columns as a whole number below 2^32; NULL counts as a value. `name` changes with its results, such as with a version of
   * the engine.
   */
  readonly rowHash: { readonly name: string; readonly of: (columns: readonly string[]) => string };
  /** Names of functions and forms that are spelled differently. */
  readonly functions: {
    /** All of a group's rows: true where any is. */
    readonly anyTrue: string;
    /** The greatest of a group's texts. */
    readonly greatestText: (text: string) => string;
    /** `true` where the list holds the element: `list_contains(list, element)`. */
    readonly listContains: string;
    /** How many elements a list has. */
    readonly listSize: string;
    /** `true` where the text begins, ends with the other text. */
    readonly startsWith: string;
    readonly endsWith: string;
    /** Builds a pair that compares by its first part, then its second (neither is NULL), and reads the second part of it. */
    readonly pair: (first: string, second: string) => string;
    readonly secondOf: (pair: string) => string;
    /** A list, map or struct as JSON text. */
    readonly json: (value: string) => string;
    /** The first eight hex digits of an md5 as an integer. */
    readonly md5Prefix: (text: string) => string;
  };
  /** Reads the engine's spelling of a type. */
  readonly parseType: (native: string) => ColumnType;
}
