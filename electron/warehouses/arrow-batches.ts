import type { DataType, Field } from 'apache-arrow';
import { AppError } from '../domain/app-error.ts';
import {
  type ArrowApi,
  type ArrowColumn,
  emptyData,
  readArrowColumn,
  unreadableResult,
} from './arrow-column.ts';
import { measureMessages } from './arrow-message.ts';

/** One record batch of a result. */
export interface ArrowBatch {
  readonly rows: number;
  readonly columns: readonly ArrowColumn[];
}

/**
 * Reads the record batches of one answer, whose schema came apart from them. The server counts the rows of each; a batch may hold more.
 * @throws AppError QUERY_FAILED where they cannot be read
 */
export function readBatches(
  api: ArrowApi,
  schema: Uint8Array,
  messages: readonly { readonly batch: Uint8Array; readonly rowCount: number }[],
): ArrowBatch[] {
  if (messages.length === 0) return [];
  let left = messages.reduce((sum, { rowCount }) => sum + rowCount, 0);
  if (!Number.isSafeInteger(left) || left < 0) throw unreadableResult();
  try {
    const batches: ArrowBatch[] = [];
    measureMessages(schema, 'schema');
    for (const { batch } of messages) measureMessages(batch, 'batch');
    for (const batch of api.RecordBatchReader.from([schema, ...messages.map((each) => each.batch)])) {
      const rows = Math.min(batch.numRows, left);
      left -= rows;
      const columns = batch.data.children.map((child) => readArrowColumn(api, child));
      if (columns.some((column) => column.rows < rows)) throw unreadableResult();
      if (rows > 0) batches.push({ rows, columns });
    }
    if (left > 0) throw unreadableResult();
    return batches;
  } catch (error) {
    // Arrow's own errors speak of buffers and offsets.
    throw error instanceof AppError ? error : unreadableResult();
  }
}

/** The columns of a schema without a row. @throws AppError QUERY_FAILED */
export function readEmptyColumns(api: ArrowApi, schema: Uint8Array): ArrowColumn[] {
  try {
    measureMessages(schema, 'schema');
    const reader = api.RecordBatchReader.from([schema]).open();
    const fields: readonly Field<DataType>[] = reader.schema.fields;
    return fields.map((field) => readArrowColumn(api, emptyData(api, field)));
  } catch (error) {
    throw error instanceof AppError ? error : unreadableResult();
  }
}
