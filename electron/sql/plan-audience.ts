import { AppError } from '../domain/app-error.ts';
import { type OutputColumn, outputName } from '../domain/audience.ts';
import { TEXT, sameKeyType, typeAt } from '../domain/column-type.ts';
import type { BooleanExpression, Composition, LeafCondition } from '../domain/composition.ts';
import { type Instant, subtractDuration } from '../domain/duration.ts';
import { measureType } from '../domain/measure-type.ts';
import {
  type CustomerModel,
  type ResolvedEntity,
  findAttribute,
  findEntity,
  idType,
} from '../domain/model.ts';
import { CUSTOMER, type ColumnRef, type Filter, type Measure, type Window } from '../domain/rule.ts';
import type {
  AudiencePlan,
  Flag,
  Output,
  PlannedColumn,
  PlannedMeasure,
  RowPredicate,
  Scan,
} from './audience-plan.ts';
import { passesWhenNoRow } from './no-row.ts';

/** What an audience plan is made of. `root` is the composition's first rule unless stated. */
export interface PlanRequest {
  readonly model: CustomerModel;
  readonly composition: Composition;
  readonly root?: BooleanExpression;
  readonly outputs?: readonly OutputColumn[];
  readonly asOf: Instant;
}

/**
 * Plans one statement for a composition: conditions and outputs are gathered by entity, so that each table is read once.
 * @throws AppError RULE_INVALID where a condition or output does not fit the model.
 */
export function planAudience(request: PlanRequest): AudiencePlan {
  const { model, composition, asOf } = request;
  const planner = new Planner(model, asOf);
  composition.conditions.forEach((condition, bit) => planner.addCondition(condition, bit));
  const outputOrder = (request.outputs ?? []).map((output) => planner.addOutput(output));
  const customer = planner.scan(CUSTOMER);
  const type = idType(model) ?? TEXT;
  const pii = model.customer.attributes.find((each) => each.column === model.customer.idColumn)?.pii;
  return {
    asOf,
    customer,
    idType: type,
    idIsPersonal: pii !== undefined && pii !== 'customer-id',
    scans: planner.scans(),
    conditions: composition.conditions.length,
    root: request.root ?? composition.roots[0] ?? { kind: 'constant', value: true },
    outputOrder,
  };
}

class Planner {
  readonly #model: CustomerModel;
  readonly #asOf: Instant;
  readonly #parts = new Map<
    string,
    { entity: ResolvedEntity; name: string; flags: Flag[]; outputs: Output[] }
  >();

  constructor(model: CustomerModel, asOf: Instant) {
    this.#model = model;
    this.#asOf = asOf;
    this.#part(CUSTOMER);
  }

  addCondition(condition: LeafCondition, bit: number): void {
    const part = this.#part(condition.entity);
    const name = `c${bit}`;
    if (condition.kind === 'attribute') {
      if (part.entity.cardinality === 'one-to-many') {
        throw invalid(`${part.entity.label} has many rows a customer.`, 'Use a related condition for it.');
      }
      const planned = this.#column(part.entity, condition);
      part.flags.push({
        name,
        bit,
        ask: { kind: 'attribute', ...planned, test: condition.test },
        whenNoRow: passesWhenNoRow(condition.test, undefined),
      });
      return;
    }
    const { measure, test } = condition;
    const needsTest = measure.of !== 'exists' && measure.of !== 'not-exists';
    if (needsTest !== (test !== undefined)) {
      throw invalid(
        `A condition on ${part.entity.label} ${needsTest ? 'has no comparison' : 'has a comparison that it cannot use'}.`,
        needsTest ? 'Add an operator and a value.' : 'Remove the comparison, or choose another measure.',
      );
    }
    const planned = this.#measure(part.entity, condition);
    part.flags.push({
      name,
      bit,
      ask: test === undefined ? planned : { ...planned, test },
      whenNoRow: passesWhenNoRow(test, measure),
    });
  }

  /** Adds an output and returns its column's name in the scans. */
  addOutput(output: OutputColumn): string {
    const as = outputName(output);
    if (output.kind === 'trait') {
      const trait = this.#model.traits.find((each) => each.id === output.trait);
      if (trait === undefined)
        throw invalid(`The trait “${output.trait}” does not exist.`, 'Choose another column.');
      return this.#addMeasureOutput(trait, as);
    }
    if (output.kind === 'measure') return this.#addMeasureOutput(output, as);
    const part = this.#part(output.entity);
    if (part.entity.cardinality === 'one-to-many') {
      throw invalid(
        `${part.entity.label} has many rows a customer.`,
        'Choose an aggregated attribute of it.',
      );
    }
    const planned = this.#column(part.entity, output);
    const pii = findAttribute(part.entity, output.column)?.pii;
    const name = this.#outputName();
    part.outputs.push({
      name,
      as,
      type: planned.type,
      ...(pii === undefined ? {} : { pii }),
      compute: { kind: 'attribute', ...planned },
      zeroWhenNoRow: false,
    });
    return name;
  }

  #addMeasureOutput(
    source: { entity: string; where: readonly Filter[]; window?: Window | undefined; measure: Measure },
    as: string,
  ): string {
    const part = this.#part(source.entity);
    const compute = this.#measure(part.entity, source);
    const name = this.#outputName();
    const { measure } = source;
    // A measure that hands a personal column through (latest, min, max) is as personal as the column.
    const pii = 'column' in measure ? findAttribute(part.entity, measure.column)?.pii : undefined;
    const passesThrough = measure.of === 'latest' || measure.of === 'min' || measure.of === 'max';
    part.outputs.push({
      name,
      as,
      type: measureType(measure, compute.of),
      ...(pii === undefined || !passesThrough ? {} : { pii }),
      compute,
      zeroWhenNoRow: measure.of === 'count' || measure.of === 'count-distinct',
    });
    return name;
  }

  #outputName(): string {
    let count = 0;
    for (const part of this.#parts.values()) count += part.outputs.length;
    return `o${count}`;
  }

  scan(id: string): Scan {
    const { entity, name, flags, outputs } = this.#part(id);
    const idColumnType = idType(this.#model);
    const ownType = findAttribute(entity, entity.key)?.type;
    const castKey = [...this.#parts.values()].some((part) => {
      const keyType = findAttribute(part.entity, part.entity.key)?.type;
      return keyType !== undefined && idColumnType !== undefined && !sameKeyType(keyType, idColumnType);
    });
    const keyIsId = JSON.stringify(ownType) === JSON.stringify(idColumnType);
    return { name, table: entity.table, key: entity.key, castKey, keyIsId, flags, outputs };
  }

  /** The scans beside the customer's that are asked for something. */
  scans(): Scan[] {
    return [...this.#parts.keys()].filter((id) => id !== CUSTOMER).map((id) => this.scan(id));
  }

  #part(id: string): { entity: ResolvedEntity; name: string; flags: Flag[]; outputs: Output[] } {
    const known = this.#parts.get(id);
    if (known !== undefined) return known;
    const entity = findEntity(this.#model, id);
    if (entity === undefined) {
      throw invalid(
        `The entity “${id}” is not in the model.`,
        'Choose another entity, or add it on the Model page.',
      );
    }
    // Hyphens would need quotes everywhere; ids cannot collide, because they hold no underscores.
    const part = { entity, name: id.replaceAll('-', '_'), flags: [], outputs: [] };
    this.#parts.set(id, part);
    return part;
  }

  #column(entity: ResolvedEntity, ref: ColumnRef): PlannedColumn {
    const attribute = findAttribute(entity, ref.column);
    const path = ref.path ?? [];
    const type = attribute === undefined ? undefined : typeAt(attribute.type, path);
    if (type === undefined) {
      throw invalid(
        `${entity.label} has no attribute ${[ref.column, ...path].join('.')}.`,
        'Choose another attribute, or add it on the Model page.',
      );
    }
    return { column: ref.column, path, type };
  }

  #measure(
    entity: ResolvedEntity,
    source: { where: readonly Filter[]; window?: Window | undefined; measure: Measure },
  ): PlannedMeasure {
    const { measure } = source;
    const of = 'column' in measure ? this.#column(entity, { column: measure.column }).type : undefined;
    if (measure.of === 'latest' && entity.timeColumn === undefined) {
      throw invalid(`${entity.label} has no time column.`, 'Choose its time column on the Model page.');
    }
    return {
      kind: 'measure',
      predicate: this.#predicate(entity, source.where, source.window),
      measure,
      ...(of === undefined ? {} : { of }),
      ...(entity.timeColumn === undefined ? {} : { time: entity.timeColumn }),
    };
  }

  #predicate(entity: ResolvedEntity, where: readonly Filter[], window: Window | undefined): RowPredicate {
    const filters = where.map((filter) => ({ ...this.#column(entity, filter), test: filter.test }));
    if (window?.last === undefined && window?.from === undefined && window?.to === undefined)
      return { filters };
    const column = window.column ?? entity.timeColumn;
    if (column === undefined) {
      throw invalid(`${entity.label} has no time column.`, 'Choose its time column on the Model page.');
    }
    const { type } = this.#column(entity, { column });
    return { filters, window: { column, type, ...resolveWindow(window, this.#asOf) } };
  }
}

function resolveWindow(window: Window, asOf: Instant): { from?: Instant; to?: Instant; toIncluded: boolean } {
  const starts = [
    ...(window.last === undefined ? [] : [subtractDuration(asOf, window.last)]),
    ...(window.from === undefined ? [] : [new Date(window.from).toISOString()]),
  ].sort();
  const from = starts.at(-1);
  const end = window.to === undefined ? undefined : new Date(window.to).toISOString();
  // `last` ends at asOf, included; an explicit `to` that lies earlier ends it before, excluded.
  const to = window.last === undefined ? end : end !== undefined && end <= asOf ? end : asOf;
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    toIncluded: to !== end,
  };
}

function invalid(message: string, help: string): AppError {
  return new AppError({ code: 'RULE_INVALID', message, help, retry: 'after-fix' });
}
