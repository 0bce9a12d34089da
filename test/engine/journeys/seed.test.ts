import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JourneyForm } from '../../../electron/domain/journey.ts';
import type { Tick } from '../../../electron/domain/tick.ts';
import { useEngine } from '../../support/engine.ts';
import { SAMPLE, addDestination, importSeed } from '../../support/seed-engine.ts';
import { seedJourney } from '../../support/seed-journey.ts';
import { expectedByApi, expectedByFile, readSeedBranches } from '../../support/seed-journey-arrival.ts';
import { type SeedVendors, noteMissingServers, startSeedVendors } from '../../support/seed-vendors.ts';

const engine = useEngine();
const note = await noteMissingServers();

describe(`the seed’s journey arrives${note}`, () => {
  let vendors: SeedVendors;

  beforeAll(async () => {
    vendors = await startSeedVendors();
    const { services } = engine.engine();
    importSeed(services);
    for (const { label, kind, id, ...account } of vendors.places) {
      const saved = await addDestination(services, label, kind, account);
      ids.set(id, saved.id);
    }
  });
  afterAll(() => vendors.stop());
  const ids = new Map<string, string>();

  const publish = (form: JourneyForm): string => {
    const { journeys } = engine.engine().services;
    const steps = form.steps.map((step) =>
      step.kind === 'activate' && step.activation !== undefined
        ? {
            ...step,
            activation: {
              ...step.activation,
              destination: ids.get(step.activation.destination) ?? step.activation.destination,
            },
          }
        : step,
    );
    const { journey, problems } = journeys.save(SAMPLE, { ...form, steps });
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    journeys.publish(SAMPLE, journey.id, 'keep');
    return journey.id;
  };
  const tick = async (journeyId: string): Promise<Tick | undefined> => {
    const { journeyTicks } = engine.engine().services;
    journeyTicks.start(SAMPLE, journeyId, 'app');
    return journeyTicks.wait(SAMPLE, journeyId);
  };

  it('by API: the e-mail branch whole, the rest evenly, nobody twice, nobody held out', async () => {
    const { services } = engine.engine();
    const journeyId = publish(seedJourney('Bundle offer'));
    const counts = await services.journeys.counts(
      SAMPLE,
      services.journeys.get(SAMPLE, journeyId).journey,
      {},
    );
    const done = await tick(journeyId);
    expect({ status: done?.status, error: done?.error }).toEqual({ status: 'done', error: undefined });
    const branches = await readSeedBranches(engine.home);
    const received = {
      newsletter: vendors.mailed(),
      facebook: vendors.members('facebook'),
      pinterest: vendors.members('pinterest'),
      tiktok: vendors.members('tiktok'),
    };
    expect(received).toEqual(expectedByApi(branches));
    expect(branches.heldOut.length).toBeGreaterThan(0);
    expect(new Set(received.newsletter).size).toBeGreaterThan(100);
    // The draft's count says where everybody goes, whoever agreed.
    const of = (step: string): number => counts.steps.find((each) => each.step === step)?.customers ?? -1;
    expect(of('entry')).toBe(of('newsletter') + of('media'));
    expect(of('newsletter')).toBe(branches.newsletter.length);
    const dealt = ['facebook', 'pinterest', 'tiktok'].map(of);
    const share = (of('media') * 0.9) / 3;
    for (const each of dealt) expect(Math.abs(each - share)).toBeLessThan(5 * Math.sqrt(share));

    // Nobody enters again, so that nothing more is sent.
    const again = await tick(journeyId);
    expect(again).toMatchObject({ status: 'done', number: 2, sends: [] });
    expect(vendors.mailed()).toEqual(received.newsletter);

    const results = await services.journeyResults.results(SAMPLE, journeyId, {});
    expect(results.customers).toBe(of('entry'));
    expect(results.inside).toBe(0);
    const [somebody] = branches.newsletter;
    const trace = await services.journeyResults.trace(SAMPLE, journeyId, somebody?.id ?? '', {});
    expect(trace.rows.map(({ kind, step }) => [kind, step])).toEqual([
      ['entered', 'entry'],
      ['passed', 'emailable'],
      ['sent', 'newsletter'],
      ['left', 'newsletter'],
    ]);
    const [held] = branches.heldOut;
    const why = await services.journeyResults.trace(SAMPLE, journeyId, held?.id ?? '', {});
    expect(why.rows.at(-2)).toMatchObject({ kind: 'not-sent', step: 'media', reason: 'held-out' });
  });

  it.runIf(note === '')('as a file for each branch over SFTP', async () => {
    const journeyId = publish(seedJourney('Bundle files', 'sftp'));
    const done = await tick(journeyId);
    expect({ status: done?.status, error: done?.error }).toEqual({ status: 'done', error: undefined });
    const branches = await readSeedBranches(engine.home);
    const received = Object.fromEntries(
      ['newsletter', 'facebook', 'pinterest', 'tiktok'].map((step) => {
        const { header, rows } = vendors.lines('sftp', `journey-${step}`);
        expect(header).toBe('customer_id,email');
        return [step, rows];
      }),
    );
    expect(received).toEqual(expectedByFile(branches));
  });
});
