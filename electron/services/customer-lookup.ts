import type { CustomerProfile } from '../contract/contract.ts';
import type { OutputColumn } from '../domain/audience.ts';
import type { ColumnType } from '../domain/column-type.ts';
import { type BooleanExpression, type Definitions, bitsOf, composeRules } from '../domain/composition.ts';
import { describeCondition } from '../domain/describe.ts';
import { type Attribute, type CustomerModel, allEntities } from '../domain/model.ts';
import { compileFacts, factName } from '../sql/compile-facts.ts';
import { planAudience } from '../sql/index.ts';
import type { ActOptions, ResultValue } from '../warehouses/warehouse.ts';
import { findStateSchemaOf, findDefinitions, notFound } from './find-definitions.ts';
import type { ServiceContext } from './context.ts';
import type { createJourneyResults } from './journey-results.ts';
import type { ModelRunner } from './model-runner.ts';
import { showValue } from './show-value.ts';

/** Columns of these types are not shown: nobody reads bytes. */
const UNREADABLE: ReadonlySet<ColumnType['kind']> = new Set(['binary', 'other']);

const NOBODY: BooleanExpression = { kind: 'constant', value: false };

/** An attribute with the place where it is. */
interface ShownAttribute {
  readonly entity: string;
  readonly entityLabel: string;
  readonly attribute: Attribute;
}

/** Looks single customers up in the lakehouse, by one statement that asks each table for their rows alone. Nothing of an answer is kept. */
export function createCustomerLookup(
  context: ServiceContext,
  runner: ModelRunner,
  journeyResults: ReturnType<typeof createJourneyResults>,
) {
  const { store } = context;

  /** What journeys with a state did to a customer, those first that did something last. */
  const readJourneys = async (
    connectionId: string,
    customerId: string,
    options: ActOptions,
  ): Promise<CustomerProfile['journeys']> => {
    if (findStateSchemaOf(context, connectionId) === undefined) return [];
    const found: CustomerProfile['journeys'] = [];
    for (const { id, name, status } of store.listJourneys(connectionId)) {
      if (status === 'draft') continue;
      const { rows } = await journeyResults.trace(connectionId, id, customerId, options);
      if (rows.length > 0) found.push({ id, name, rows: rows.toReversed() });
    }
    return found.sort((left, right) => (right.rows[0]?.at ?? '').localeCompare(left.rows[0]?.at ?? ''));
  };

  return {
    /** @throws AppError NOT_FOUND where nobody has this id */
    async lookUp(
      connectionId: string,
      { customerId, unmasked }: { readonly customerId: string; readonly unmasked: boolean },
      options: ActOptions,
    ): Promise<CustomerProfile> {
      const definitions = findDefinitions(store, connectionId);
      const { model, audiences } = definitions;
      const composition = composeRules(
        audiences.map(({ id }) => ({ kind: 'audience', audience: id })),
        definitions,
      );
      const shown = shownAttributes(model);
      const bits = composition.conditions.map((_, index): BooleanExpression => ({ kind: 'bit', index }));
      const facts = await runner.run(
        connectionId,
        options,
        async ({ dialect, warehouse, asOf, options: passed }) => {
          const plan = planAudience({ model, composition, outputs: outputsOf(shown, model), asOf });
          const query = compileFacts(plan, [...composition.roots, ...bits], dialect, {
            customer: customerId,
            maskPii: !unmasked,
          });
          const { rows } = await warehouse.query(query, { ...passed, maxRows: 1 });
          const [row] = rows;
          if (row === undefined) return undefined;
          const at = new Map(query.columns.map(({ name }, index) => [name, index]));
          return { asOf, read: (name: string): ResultValue => row[at.get(name) ?? -1] ?? null };
        },
      );
      if (facts === undefined)
        throw notFound('No customer has this id.', 'Look at the id; it is that of the customer table.');
      const { asOf, read } = facts;
      const roots = composition.roots.length;
      return {
        customerId,
        asOf,
        attributes: shown.map(({ entityLabel, attribute }, index) => ({
          entity: entityLabel,
          label: attribute.label,
          value: showValue(read(`v${index}`)),
          masked: !unmasked && attribute.pii !== undefined,
        })),
        traits: model.traits.map(({ label }, index) => ({ label, value: showValue(read(`t${index}`)) })),
        audiences: audiences.map(({ id, name }, index) => ({
          id,
          name,
          isMember: read(factName(index)) === true,
          conditions: [...bitsOf(composition.roots[index] ?? NOBODY)].map((bit) => ({
            text: describeBit(composition.conditions[bit], definitions),
            isMet: read(factName(roots + bit)) === true,
          })),
        })),
        journeys: await readJourneys(connectionId, customerId, options),
      };
    },
  };
}

/** The attributes of the customer and of entities with one row a customer, but those that are hidden or nobody can read. */
function shownAttributes(model: CustomerModel): ShownAttribute[] {
  return allEntities(model)
    .filter(({ cardinality }) => cardinality !== 'one-to-many')
    .flatMap(({ id, label, key, attributes }) =>
      attributes
        .filter(({ column, hidden, type }) => hidden !== true && column !== key && !UNREADABLE.has(type.kind))
        .map((attribute) => ({ entity: id, entityLabel: label, attribute })),
    );
}

function outputsOf(shown: readonly ShownAttribute[], { traits }: CustomerModel): OutputColumn[] {
  return [
    ...shown.map(({ entity, attribute }, at) => ({
      kind: 'attribute' as const,
      entity,
      column: attribute.column,
      as: `v${at}`,
    })),
    ...traits.map(({ id }, at) => ({ kind: 'trait' as const, trait: id, as: `t${at}` })),
  ];
}

function describeBit(
  condition: Parameters<typeof describeCondition>[0] | undefined,
  definitions: Definitions,
): string {
  return condition === undefined ? '' : describeCondition(condition, definitions);
}
