import type { AudienceSummary, DestinationView } from '../../../electron/contract/contract.ts';
import { describeDuration } from '../../../electron/domain/duration.ts';
import type { Step } from '../../../electron/domain/journey.ts';
import { findEntity, type CustomerModel } from '../../../electron/domain/model.ts';
import { formatCounted } from '../../text/format.ts';
import { describeWait } from '../../text/journey-words.ts';
import type { DeliveryDraft } from '../../ui/delivery/delivery-draft.ts';

/** What the words of a step refer to. */
export interface StepWords {
  readonly model: CustomerModel;
  readonly audiences: readonly AudienceSummary[];
  readonly destinations: readonly DestinationView[];
  readonly deliveries: Readonly<Record<string, DeliveryDraft>>;
}

/** The name of an audience; its id where it is gone. */
export function nameAudience(audiences: readonly AudienceSummary[], id: string | undefined): string {
  if (id === undefined) return 'No audience yet';
  return audiences.find(({ audience }) => audience.id === id)?.audience.name ?? id;
}

/** A percentage as people read it: `33.33%`. */
export function formatPercent(percent: number): string {
  return `${Math.round(percent * 100) / 100}%`;
}

/** What a step does, in one line. */
export function summarizeStep(step: Step, words: StepWords): string {
  switch (step.kind) {
    case 'entry':
      return nameAudience(words.audiences, step.audience);
    case 'audience-split':
      return `${formatCounted(step.branches.length, 'audience')}, and others`;
    case 'random-split': {
      const held = step.holdOut === 0 ? '' : `, ${formatPercent(step.holdOut)} held out`;
      const isEven = step.branches.every(({ percent }) => percent === undefined);
      return `${isEven ? 'Even' : 'By weights'}, ${formatCounted(step.branches.length, 'way')}${held}`;
    }
    case 'wait':
      return describeWait(step.wait);
    case 'wait-until': {
      const { until } = step;
      const thing =
        until.kind === 'audience'
          ? nameAudience(words.audiences, until.audience)
          : (findEntity(words.model, until.entity)?.label ?? until.entity);
      return `${thing}, ${describeDuration(step.limit)} at most`;
    }
    case 'activate': {
      const id = words.deliveries[step.id]?.destination;
      if (id === undefined || id === '') return 'No destination yet';
      return words.destinations.find((each) => each.id === id)?.label ?? id;
    }
    case 'exit':
      return 'The journey ends';
  }
}
